-- expect: unknown-param at line 9
local registry = require "registry"
local KEY = "HKLM\\SYSTEM\\Example"

return {
  id = "param-undeclared", version = "1.0.0", title = "x",
  needs = { registry = { KEY } },
  run = function(params)
    registry.set(KEY, "A", params.count or 1)
  end,
}
