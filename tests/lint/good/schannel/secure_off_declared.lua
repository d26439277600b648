-- Says that it means to switch off something secure, as server alone.
local schannel = require "tls.schannel"

return {
  id = "secure-off-declared", version = "1.0.0", title = "x",
  needs = { registry = { schannel.KEY }, off = { "TLS 1.3" } },
  applies = function(system) return system.build >= 20348, "older Windows have no TLS 1.3" end,
  run = function() schannel.disable("TLS 1.3", "Server") end,
}
