-- expect: effect-unasked at line 8
local probe = require "probe"
local registry = require "registry"
local KEY = "HKLM\\SYSTEM\\Site"

return {
  id = "effect-unheard", version = "1.0.0", title = "x",
  verifies = "effect",
  needs = { registry = { KEY }, probes = { "localhost:443" } },
  run = function() registry.set(KEY, "Value", 1) end,
  verify = function()
    probe.modern("localhost", 443)
    pcall(probe.modern, "localhost", 443)
    return registry.get(KEY, "Value") == 1, "the value did not stay"
  end,
}
