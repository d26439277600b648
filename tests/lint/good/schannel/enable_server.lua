local schannel = require "tls.schannel"

return {
  id = "enable-server", version = "1.0.0", title = "enable server",
  needs = { registry = { schannel.KEY } },
  run = function(params)
    schannel.enable("TLS 1.2", "Server")
  end,
}
