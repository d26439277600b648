local schannel = require "tls.schannel"

return {
  id = "enable-client", version = "1.0.0", title = "enable client",
  needs = { registry = { schannel.KEY } },
  run = function(params)
    schannel.enable("TLS 1.2", "Client")
  end,
}
