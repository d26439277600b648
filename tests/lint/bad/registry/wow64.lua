-- expect: wow6432node at line 3
local registry = require "registry"
local KEY = "HKLM\\SOFTWARE\\Wow6432Node\\Example"

return {
  id = "wow64", version = "1.0.0", title = "x",
  needs = { registry = { KEY } },
  run = function(params)
    registry.set(KEY, "A", 1)
  end,
}
