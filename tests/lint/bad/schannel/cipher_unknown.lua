-- expect: unknown-algorithm at line 9
local registry = require "registry"
local KEY = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Ciphers"

return {
  id = "cipher-unknown", version = "1.0.0", title = "x",
  needs = { registry = { KEY } },
  run = function(params)
    registry.set(KEY .. "\\RC4", "Enabled", 0)
  end,
}
