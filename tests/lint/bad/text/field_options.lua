-- expect: unknown-field at line 9
local registry = require "registry"
local KEY = "HKLM\\SYSTEM\\Example"

return {
  id = "field-options", version = "1.0.0", title = "x",
  needs = { registry = { KEY } },
  run = function(params)
    registry.set(KEY, "A", 1, { reason = "because" })
  end,
}
