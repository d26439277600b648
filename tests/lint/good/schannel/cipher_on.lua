local registry = require "registry"
local KEY = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Ciphers"

return {
  id = "cipher-on", version = "1.0.0", title = "cipher on",
  needs = { registry = { KEY } },
  run = function(params)
    registry.set(KEY .. "\\AES 128/128", "Enabled", 0xFFFFFFFF)
  end,
}
