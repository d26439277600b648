-- expect: unknown-function at line 8
local schannel = require "tls.schannel"

return {
  id = "function-enabel", version = "1.0.0", title = "x",
  needs = {  },
  run = function(params)
    schannel.enabel("TLS 1.2", "Client")
  end,
}
