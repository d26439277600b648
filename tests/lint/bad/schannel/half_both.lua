-- expect: half-set at line 11
-- expect: secure-off at line 12
-- expect: half-set at line 12
local registry = require "registry"
local KEY = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols"

return {
  id = "half-both", version = "1.0.0", title = "x",
  needs = { registry = { KEY } },
  run = function(params)
    registry.set(KEY .. "\\TLS 1.2\\Client", "Enabled", 1)
    registry.set(KEY .. "\\TLS 1.2\\Client", "DisabledByDefault", 1)
  end,
}
