local schannel = require "tls.schannel"

return {
  id = "ensure-server", version = "1.0.0", title = "ensure server",
  needs = { registry = { schannel.KEY } },
  run = function(params)
    schannel.ensure("TLS 1.2", "Server")
  end,
}
