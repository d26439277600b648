local registry = require "registry"
local KEY = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Ciphers"

return {
  id = "cipher-off", version = "1.0.0", title = "cipher off",
  needs = { registry = { KEY } },
  run = function(params)
    for _, name in ipairs { "NULL", "RC4 128/128", "DES 56/56", "Triple DES 168" } do
      registry.set(KEY .. "\\" .. name, "Enabled", 0)
    end
  end,
}
