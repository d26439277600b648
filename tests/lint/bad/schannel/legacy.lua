-- expect: legacy-on at line 10
-- expect: legacy-on at line 11
local registry = require "registry"
local KEY = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols"

return {
  id = "legacy", version = "1.0.0", title = "x",
  needs = { registry = { KEY } },
  run = function(params)
    registry.set(KEY .. "\\TLS 1.1\\Client", "Enabled", 1)
    registry.set(KEY .. "\\TLS 1.1\\Client", "DisabledByDefault", 0)
  end,
}
