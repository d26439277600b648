-- expect: old-key at line 9
local registry = require "registry"
local KEY = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols"

return {
  id = "pct", version = "1.0.0", title = "x",
  needs = { registry = { KEY } },
  run = function(params)
    registry.set(KEY .. "\\PCT 1.0\\Server", "Enabled", 0)
  end,
}
