-- expect: needs-wide at line 8
local registry = require "registry"
local KEY = "HKLM\\SYSTEM\\Example"
local OTHER = "HKLM\\SYSTEM\\Other"

return {
  id = "infer-only-read", version = "1.0.0", title = "x",
  needs = { registry = { KEY, OTHER } },
  run = function()
    if registry.get(OTHER, "A") == 1 then return end
    registry.set(KEY, "A", 1)
  end,
}
