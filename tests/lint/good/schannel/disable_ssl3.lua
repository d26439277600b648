local schannel = require "tls.schannel"

return {
  id = "disable-ssl3", version = "1.0.0", title = "disable ssl3",
  needs = { registry = { schannel.KEY } },
  run = function(params)
    for _, role in ipairs(schannel.ROLES) do
      schannel.ensure("TLS 1.2", role)
      schannel.disable("SSL 3.0", role)
    end
  end,
}
