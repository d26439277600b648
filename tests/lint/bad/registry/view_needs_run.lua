-- expect: needs-narrow at line 9
local registry = require "registry"
local KEY = "HKLM\\SOFTWARE\\Example"

return {
  id = "view-needs-run", version = "1.0.0", title = "x",
  needs = { registry = { "64:HKLM\\SOFTWARE\\Example" } },
  run = function()
    for _, view in ipairs { 64, 32 } do registry.set(KEY, "A", 1, { view = view }) end
  end,
}
