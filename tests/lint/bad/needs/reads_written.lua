-- expect: needs-reads at line 10
local registry = require "registry"
local KEY = "HKLM\\SYSTEM\\Example"

return {
  id = "reads-written", version = "1.0.0", title = "x",
  needs = { reads = { KEY } },
  run = function()
    if registry.get(KEY, "A") == 1 then return end
    registry.set(KEY, "A", 1)
  end,
}
