-- expect: user-hive at line 4
-- expect: user-hive at line 10
local registry = require "registry"
local KEY = "HKCU\\Software\\Example"

return {
  id = "hkcu", version = "1.0.0", title = "x",
  needs = { registry = { KEY } },
  run = function(params)
    registry.set(KEY, "A", 1)
  end,
}
