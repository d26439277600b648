-- expect: needs-narrow at line 10
-- expect: needs-wide at line 8
local probe, registry = require "probe", require "registry"
local KEY = "HKLM\\SYSTEM\\Example"

return {
  id = "infer-server", version = "1.0.0", title = "x",
  needs = { registry = { KEY }, probes = { "other.example:443" } },
  run = function() registry.set(KEY, "A", 1) end,
  verify = function() return probe.client "server.example:443" ~= false, "it does not answer" end,
}
