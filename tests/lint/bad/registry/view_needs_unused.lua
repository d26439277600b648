-- expect: needs-wide at line 8
local registry = require "registry"
local KEY = "HKLM\\SOFTWARE\\Example"

return {
  id = "view-needs-unused", version = "1.0.0", title = "x",
  needs = { registry = { "64:HKLM\\SOFTWARE\\Example",
    "32:HKLM\\SOFTWARE\\Example" } },
  run = function() registry.delete(KEY, "A", { view = 64 }) end,
}
