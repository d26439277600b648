-- expect: undeclared-global at line 9
local registry = require "registry"
local KEY = "HKLM\\SYSTEM\\Example"

return {
  id = "global_read", version = "1.0.0", title = "global_read",
  needs = {  },
  run = function(params)
    registry.set(KEYS, "A", 1)
  end,
}
