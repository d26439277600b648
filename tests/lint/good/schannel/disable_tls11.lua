local schannel = require "tls.schannel"

return {
  id = "disable-tls11", version = "1.0.0", title = "disable tls11",
  needs = { registry = { schannel.KEY } },
  run = function(params)
    for _, role in ipairs(schannel.ROLES) do
      schannel.ensure("TLS 1.2", role)
      schannel.disable("TLS 1.1", role)
    end
  end,
}
