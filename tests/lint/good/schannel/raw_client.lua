local registry = require "registry"
local KEY = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols"

return {
  id = "raw-client", version = "1.0.0", title = "raw client",
  needs = { registry = { KEY } },
  run = function(params)
    registry.set(KEY .. "\\TLS 1.2\\Client", "Enabled", 1)
    registry.set(KEY .. "\\TLS 1.2\\Client", "DisabledByDefault", 0)
  end,
}
