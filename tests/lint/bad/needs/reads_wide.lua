-- expect: needs-wide at line 7
local registry = require "registry"
local KEY = "HKLM\\SYSTEM\\Example"

return {
  id = "reads-wide", version = "1.0.0", title = "x",
  needs = { registry = { KEY }, reads = { "HKLM\\SYSTEM\\Unused" } },
  run = function() registry.set(KEY, "A", 1) end,
}
