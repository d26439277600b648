local registry = require "registry"
local KEY = "HKLM\\SYSTEM\\Example"

return {
  id = "expand", version = "1.0.0", title = "expand",
  needs = { registry = { KEY } },
  run = function(params)
    registry.set(KEY, "Path", "%SystemRoot%\\x", { type = "REG_EXPAND_SZ" })
  end,
}
