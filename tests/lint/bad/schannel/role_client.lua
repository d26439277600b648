-- expect: one-role at line 9
local registry = require "registry"
local KEY = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols"

return {
  id = "role-client", version = "1.0.0", title = "x",
  needs = { registry = { KEY } },
  run = function(params)
    registry.set(KEY .. "\\TLS 1.0\\Client", "Enabled", 0)
    registry.set(KEY .. "\\TLS 1.0\\Client", "DisabledByDefault", 1)
  end,
}
