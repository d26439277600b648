-- expect: needs-reads at line 11
local registry = require "registry"
local KEY = "HKLM\\SYSTEM\\Example"

return {
  id = "infer-reads", version = "1.0.0", title = "x",
  params = { more = { type = "boolean", default = false } },
  needs = { registry = { KEY }, reads = { "HKLM\\SYSTEM\\Other" } },
  run = function(params)
    registry.get("HKLM\\SYSTEM\\Other", "A")
    if params.more then registry.delete("HKLM\\SYSTEM\\Other", "A") end
    registry.set(KEY, "A", 1)
  end,
}
