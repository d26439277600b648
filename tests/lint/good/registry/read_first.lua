local registry = require "registry"
local KEY = "HKLM\\SYSTEM\\Example"

return {
  id = "read-first", version = "1.0.0", title = "read first",
  needs = { registry = { KEY } },
  run = function(params)
    local data, kind = registry.get(KEY, "A")
    if kind == "REG_DWORD" and data == 2 then return end
    registry.set(KEY, "A", 2)
  end,
}
