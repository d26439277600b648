local registry = require "registry"
local KEY = "HKLM\\SYSTEM\\Example"

return {
  id = "delete-value", version = "1.0.0", title = "delete value",
  needs = { registry = { KEY } },
  run = function(params)
    registry.delete(KEY, "Old", { why = "nobody reads it" })
    registry.set(KEY, "New", { "a", "b" })
  end,
}
