-- expect: needs-narrow at line 10
-- expect: needs-narrow at line 11
local probe, registry = require "probe", require "registry"
local KEY = "HKLM\\SYSTEM\\Example"

return {
  id = "infer-port", version = "1.0.0", title = "x",
  needs = { registry = { KEY }, probes = { "server.example:443" } },
  run = function() registry.set(KEY, "A", 1) end,
  verify = function() return probe.versions("server.example", 8443) ~= nil
    and probe.modern("other.example", 443) and probe.default_client("server.example", 443) ~= nil, "no answer" end,
}
