local registry = require "registry"
local KEY = "HKLM\\SYSTEM\\Example"

return {
  id = "delete-key", version = "1.0.0", title = "delete key",
  needs = { registry = { KEY } },
  run = function(params)
    if registry.exists(KEY .. "\\Old") then registry.delete_key(KEY .. "\\Old") end
  end,
}
