local registry = require "registry"
local KEY = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Ciphers"

return {
  id = "slash", version = "1.0.0", title = "slash",
  needs = { registry = { KEY } },
  run = function(params)
    registry.set(KEY .. "\\RC2 128/128", "Enabled", 0)
  end,
}
