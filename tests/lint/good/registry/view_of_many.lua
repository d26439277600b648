local registry = require "registry"
local KEY = "HKLM\\SOFTWARE\\Example"

return {
  id = "view-of-many", version = "1.0.0", title = "a view that the text does not spell out",
  params = { more = { type = "string" } },
  needs = { reads = { "32:HKLM\\SOFTWARE\\Example" } },
  run = function(params)
    local function where() return KEY, "A", 32 end
    local options = { "A", 32 }
    if params.more then registry.get(KEY, table.unpack(options)) end
    if params.more then registry.get(where()) end
    registry.get(KEY, "A", 32)
  end,
}
