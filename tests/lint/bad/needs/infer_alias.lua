-- expect: needs-narrow at line 9
local registry = require "registry"
local set, other = registry.set, registry["delete"]

return {
  id = "infer-alias", version = "1.0.0", title = "x", params = { more = { type = "string" } },
  needs = { registry = { "HKLM\\SYSTEM\\Example" } },
  run = function(params)
    if params.more then set("HKLM\\SYSTEM\\Other", "A", 1) end
    other("HKLM\\SYSTEM\\Example", "A")
  end,
}
