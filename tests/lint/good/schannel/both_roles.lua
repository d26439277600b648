local schannel = require "tls.schannel"

return {
  id = "both-roles", version = "1.0.0", title = "both roles",
  needs = { registry = { schannel.KEY } },
  run = function(params)
    for _, role in ipairs(schannel.ROLES) do schannel.enable("TLS 1.2", role) end
  end,
}
