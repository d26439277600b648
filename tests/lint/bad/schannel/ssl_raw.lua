-- expect: ssl-on at line 10
-- expect: ssl-on at line 11
local registry = require "registry"
local KEY = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols"

return {
  id = "ssl-raw", version = "1.0.0", title = "x",
  needs = { registry = { KEY } },
  run = function(params)
    registry.set(KEY .. "\\SSL 3.0\\Client", "Enabled", 1)
    registry.set(KEY .. "\\SSL 3.0\\Client", "DisabledByDefault", 0)
  end,
}
