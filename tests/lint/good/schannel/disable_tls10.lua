local schannel = require "tls.schannel"

return {
  id = "disable-tls10", version = "1.0.0", title = "disable tls10",
  needs = { registry = { schannel.KEY } },
  run = function(params)
    for _, role in ipairs(schannel.ROLES) do
      schannel.ensure("TLS 1.2", role)
      schannel.disable("TLS 1.0", role)
    end
  end,
}
