local registry = require "registry"
local KEY = "HKLM\\SYSTEM\\Example"

return {
  id = "verify", version = "1.0.0", title = "verify",
  needs = { registry = { KEY } },
  params = { count = { type = "integer", default = 1, help = "how many" } },
  verify = function(params) return registry.get(KEY, "A") == params.count, "it did not stay" end,
  run = function(params)
    registry.set(KEY, "A", params.count)
  end,
}
