-- expect: needs-narrow at line 9
local registry = require "registry"
local KEY = "HKLM\\SYSTEM\\Example"

return {
  id = "needs-write", version = "1.0.0", title = "x",
  needs = { registry = { KEY } },
  run = function(params)
    registry.set(KEY .. "2", "A", 1)
    registry.set(KEY, "A", 1)
  end,
}
