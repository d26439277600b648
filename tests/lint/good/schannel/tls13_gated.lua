local schannel = require "tls.schannel"

return {
  id = "tls13-gated", version = "1.0.0", title = "tls13 gated",
  needs = { registry = { schannel.KEY } },
  run = function(params)
    if schannel.release_default("TLS 1.3", "Client") == "on" then schannel.ensure("TLS 1.3", "Client") end
  end,
}
