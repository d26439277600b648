-- expect: one-role at line 9
local registry = require "registry"
local KEY = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols"

return {
  id = "role-server", version = "1.0.0", title = "x",
  needs = { registry = { KEY } },
  run = function(params)
    registry.set(KEY .. "\\SSL 3.0\\Server", "Enabled", 0)
    registry.set(KEY .. "\\SSL 3.0\\Server", "DisabledByDefault", 1)
  end,
}
