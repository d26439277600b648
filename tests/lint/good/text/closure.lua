local registry = require "registry"
local KEY = "HKLM\\SYSTEM\\Example"

return {
  id = "closure", version = "1.0.0", title = "closure",
  needs = { registry = { KEY } },
  run = function(params)
    local function each(list, fn)
      for index, item in ipairs(list) do fn(index, item) end
    end
    each({ "a", "b" }, function(index, item) registry.set(KEY, item, index) end)
  end,
}
