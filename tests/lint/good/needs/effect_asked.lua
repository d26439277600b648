local probe = require "probe"
local registry = require "registry"
local KEY = "HKLM\\SYSTEM\\Site"

local function reachable()
  local modern, reason = probe.modern("localhost", 443)
  return modern == true, reason
end

return {
  id = "effect-asked", version = "1.0.0", title = "x",
  verifies = "effect",
  needs = { registry = { KEY }, probes = { "localhost:443" } },
  run = function() registry.set(KEY, "Value", 1) end,
  verify = function()
    return reachable()
  end,
}
