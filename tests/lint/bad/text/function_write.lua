-- expect: unknown-function at line 9
local registry = require "registry"
local KEY = "HKLM\\SYSTEM\\Example"

return {
  id = "function-write", version = "1.0.0", title = "x",
  needs = {  },
  run = function(params)
    registry.write(KEY, "A", 1)
  end,
}
