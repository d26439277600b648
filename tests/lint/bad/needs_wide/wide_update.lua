-- expect: needs-wide at line 7
local registry = require "registry"
local KEY = "HKLM\\SYSTEM\\Example"

return {
  id = "wide-update", version = "1.0.0", title = "x",
  needs = { registry = { KEY }, updates = { "KB3140245" } },
  run = function(params)
    registry.set(KEY, "A", 1)
  end,
}
