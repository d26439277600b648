-- expect: needs-narrow at line 9
local registry = require "registry"
local KEY = "HKLM\\SYSTEM\\Example"

return {
  id = "needs-read", version = "1.0.0", title = "x",
  needs = { registry = { KEY } },
  run = function(params)
    if registry.get("HKLM\\SYSTEM\\Other", "A") then return end
    registry.set(KEY, "A", 1)
  end,
}
