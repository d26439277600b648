local registry = require "registry"
local KEY = "HKLM\\SYSTEM\\Example"
local VALUES = { A = 1, B = 2 }

return {
  id = "loop-table", version = "1.0.0", title = "loop table",
  needs = { registry = { KEY } },
  run = function(params)
    for name, data in pairs(VALUES) do registry.set(KEY, name, data) end
  end,
}
