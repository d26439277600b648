local registry = require "registry"
local KEY = "HKLM\\SYSTEM\\Example"

return {
  id = "allowed", version = "1.0.0", title = "allowed",
  needs = { registry = { KEY } },
  run = function(params)
    registry.set(KEY, "Count", (registry.get(KEY, "Count") or 0) + 1) -- lint: allow not-converging
  end,
}
