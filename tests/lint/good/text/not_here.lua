local registry = require "registry"
local schannel = require "tls.schannel"
local KEY = "HKLM\\SOFTWARE\\Policies\\Example"

return {
  id = "not-here", version = "1.0.0", title = "what the library uses is not seen where nothing runs",
  needs = { registry = { schannel.KEY }, reads = { KEY } },
  applies = function() return registry.exists(KEY), "there is no Example here" end,
  run = function() schannel.ensure("TLS 1.2", "Client") end,
}
