-- expect: needs-narrow at line 10
local registry = require "registry"
local KEY = "HKLM\\SYSTEM\\Example"

return {
  id = "infer-write", version = "1.0.0", title = "x",
  params = { more = { type = "boolean", default = false } },
  needs = { registry = { KEY } },
  run = function(params)
    if params.more then registry.set("HKLM\\SYSTEM\\" .. "Other", "A", 1) end
    registry.set(KEY, "A", 1)
  end,
}
