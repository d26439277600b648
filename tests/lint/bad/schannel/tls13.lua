-- expect: tls13-early at line 10
-- expect: tls13-early at line 11
local registry = require "registry"
local KEY = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols"

return {
  id = "tls13", version = "1.0.0", title = "x",
  needs = { registry = { KEY } },
  run = function(params)
    registry.set(KEY .. "\\TLS 1.3\\Client", "Enabled", 1)
    registry.set(KEY .. "\\TLS 1.3\\Client", "DisabledByDefault", 0)
  end,
}
