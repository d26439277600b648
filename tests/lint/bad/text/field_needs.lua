-- expect: unknown-field at line 7
local registry = require "registry"
local KEY = "HKLM\\SYSTEM\\Example"

return {
  id = "field-needs", version = "1.0.0", title = "x",
  needs = { registri = { KEY } },
  run = function(params)
    registry.set(KEY, "A", 1)
  end,
}
