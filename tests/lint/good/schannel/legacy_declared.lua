local schannel = require "tls.schannel"

return {
  id = "legacy-declared", version = "1.0.0", title = "legacy declared",
  needs = { registry = { schannel.KEY }, legacy = { "TLS 1.1" } },
  run = function(params)
    schannel.enable("TLS 1.1", "Client")
  end,
}
