local registry = require "registry"
local KEY, OTHER = "HKLM\\SOFTWARE\\Example", "HKLM\\SYSTEM\\Example"

return {
  id = "views-needs", version = "1.0.0", title = "each view that is used is declared",
  params = { view = { type = "integer" }, more = { type = "string" } },
  needs = { registry = { "32:HKLM\\SOFTWARE\\Example", "64:HKLM\\SOFTWARE\\Example", "32:HKLM\\SYSTEM\\Example" } },
  run = function(params)
    if not registry.exists "HKLM\\SOFTWARE" then return end
    for _, view in ipairs(registry.views(KEY)) do registry.set(KEY, "A", 1, { view = view }) end
    if params.more then registry.get(KEY, "A", params.view) end
    if params.more then registry.get(KEY, "A", 32) end
    registry.create(OTHER)
    registry.set(OTHER, "A", 1)
  end,
}
