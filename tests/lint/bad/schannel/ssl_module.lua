-- expect: ssl-on at line 8
local schannel = require "tls.schannel"

return {
  id = "ssl-module", version = "1.0.0", title = "x",
  needs = {  },
  run = function(params)
    schannel.enable("SSL 3.0", "Server")
  end,
}
