local registry = require "registry"
local KEY = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols"

return {
  id = "raw-server", version = "1.0.0", title = "raw server",
  needs = { registry = { KEY } },
  run = function(params)
    registry.set(KEY .. "\\TLS 1.2\\Server", "Enabled", 1)
    registry.set(KEY .. "\\TLS 1.2\\Server", "DisabledByDefault", 0)
  end,
}
