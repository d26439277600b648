-- expect: needs-narrow at line 8
local registry = require "registry"

return {
  id = "infer-pcall", version = "1.0.0", title = "x", params = { more = { type = "string" } },
  needs = { registry = { "HKLM\\SYSTEM\\Example" } },
  run = function(params)
    if params.more then pcall(registry.set, "HKLM\\SYSTEM\\Other", "A", 1) end
    registry.set("HKLM\\SYSTEM\\Example", "A", 1)
  end,
}
