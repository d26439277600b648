-- expect: one-role at line 8
local schannel = require "tls.schannel"

return {
  id = "role-module", version = "1.0.0", title = "x",
  needs = { registry = { schannel.KEY } },
  run = function(params)
    schannel.disable("TLS 1.0", "Client")
  end,
}
