local probe, registry = require "probe", require "registry"
local KEY = "HKLM\\SYSTEM\\Example"

return {
  id = "probes", version = "1.0.0", title = "servers that are declared are asked",
  params = { endpoint = { type = "string" } },
  needs = { registry = { KEY }, probes = { "server.example:443", "[::1]:8443", "third.example:443" } },
  run = function() registry.set(KEY, "A", 1) end,
  verify = function(params)
    if params.endpoint and not probe.client(params.endpoint) then return false, "it does not answer" end
    if probe.versions("Server.example", 443) and probe.modern("::1", 8443) then return true end
    return probe.client "third.example:443" ~= false, "nobody answers"
  end,
}
