-- Bench: reads one thousand values, spread over the keys of a snapshot, `again` times in all.
local registry = require "registry"
local ROOT = [[HKLM\SOFTWARE\tlsmend-bench]]

return {
  id = "bench-read", version = "1.0.0", title = "Reads registry values",
  params = {
    again = { type = "integer", default = 1 },
    keys = { type = "integer", default = 1 },
    values = { type = "integer", default = 1 },
  },
  needs = { registry = { ROOT } },
  run = function(params)
    local spread, keys, names = math.min(params.keys, 10), {}, {}
    for i = 1, spread do keys[i] = ("%s\\K%d"):format(ROOT, (i - 1) * (params.keys // spread)) end
    for i = 1, params.values do names[i] = ("V%d"):format(i - 1) end
    local key, value = 0, 0
    for _ = 1, params.again do
      local data = registry.get(keys[key + 1], names[value + 1])
      if not data then error(("no value %s in %s"):format(names[value + 1], keys[key + 1])) end
      key = (key + 1) % spread
      value = (value + 7) % params.values
    end
  end,
}
