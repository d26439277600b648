-- expect: needs-narrow at line 10
-- expect: one-view at line 11
local registry = require "registry"
local KEY = "HKLM\\SOFTWARE\\Example"

return {
  id = "view-needs-default", version = "1.0.0", title = "x", params = { more = { type = "string" } },
  needs = { registry = { "32:HKLM\\SOFTWARE\\Example" } },
  run = function(params)
    if params.more then registry.set(KEY, "A", 1) end
    registry.set(KEY, "A", 1, { view = 32 })
  end,
}
