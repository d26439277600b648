local registry = require "registry"
local log = require "log"
local KEY = "HKLM\\SYSTEM\\Example"

return {
  id = "finding", version = "1.0.0", title = "finding",
  needs = { registry = { KEY } },
  run = function(params)
    if registry.get(KEY, "A") == 0 then log.finding "A is 0; find out who did that" end
    registry.set(KEY, "A", 1)
  end,
}
