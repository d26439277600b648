-- expect: enabled-number at line 9
local registry = require "registry"
local KEY = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Ciphers"

return {
  id = "number-cipher", version = "1.0.0", title = "x",
  needs = { registry = { KEY } },
  run = function(params)
    registry.set(KEY .. "\\AES 256/256", "Enabled", 1)
  end,
}
