local schannel = require "tls.schannel"

return {
  id = "ensure-client", version = "1.0.0", title = "ensure client",
  needs = { registry = { schannel.KEY } },
  run = function(params)
    schannel.ensure("TLS 1.2", "Client")
  end,
}
