local registry = require "registry"
local KEY = "HKLM\\SYSTEM\\Example"

return {
  id = "create-key", version = "1.0.0", title = "create key",
  needs = { registry = { KEY } },
  run = function(params)
    registry.create(KEY .. "\\New")
  end,
}
