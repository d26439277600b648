-- Bench: sets `values` values in one key.
local registry = require "registry"
local KEY = [[HKLM\SOFTWARE\tlsmend-bench\Written]]

return {
  id = "bench-write", version = "1.0.0", title = "Writes registry values",
  params = { values = { type = "integer", default = 1000 } },
  needs = { registry = { KEY } },
  run = function(params)
    for i = 1, params.values do registry.set(KEY, ("V%d"):format(i - 1), i) end
  end,
}
