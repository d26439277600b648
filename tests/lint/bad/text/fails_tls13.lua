-- expect: fails at line 8
local schannel = require "tls.schannel"

return {
  id = "fails-tls13", version = "1.0.0", title = "x",
  needs = { registry = { schannel.KEY } },
  run = function(params)
    schannel.enable("TLS 1.3", "Client")
  end,
}
