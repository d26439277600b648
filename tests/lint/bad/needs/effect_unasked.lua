-- expect: effect-unasked at line 9
-- expect: needs-wide at line 10
local probe = require "probe"
local registry = require "registry"
local KEY = "HKLM\\SYSTEM\\Site"

return {
  id = "effect-unasked", version = "1.0.0", title = "x",
  verifies = "effect",
  needs = { registry = { KEY }, probes = { "localhost:443" } },
  run = function() registry.set(KEY, "Value", 1) end,
  verify = function()
    local host = probe.split "localhost:443"
    return host ~= nil and registry.get(KEY, "Value") == 1, "the value did not stay"
  end,
}
