-- expect: not-converging at line 9
local registry = require "registry"
local KEY = "HKLM\\SYSTEM\\Example"

return {
  id = "not-converging", version = "1.0.0", title = "x",
  needs = { registry = { KEY } },
  run = function(params)
    registry.set(KEY, "Count", (registry.get(KEY, "Count") or 0) + 1)
  end,
}
