-- expect: needs-wide at line 6
local registry = require "registry"

return {
  id = "wide-software", version = "1.0.0", title = "x",
  needs = { registry = { "HKLM\\SOFTWARE" } },
  run = function(params)
    registry.set("HKLM\\SOFTWARE\\Policies\\Example", "A", 1)
  end,
}
