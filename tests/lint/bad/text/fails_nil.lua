-- expect: fails at line 10
local registry = require "registry"
local KEY = "HKLM\\SYSTEM\\Example"

return {
  id = "fails-nil", version = "1.0.0", title = "x",
  needs = { registry = { KEY } },
  run = function(params)
    local data = registry.get(KEY, "A")
    registry.set(KEY, "A", data + 1)
  end,
}
