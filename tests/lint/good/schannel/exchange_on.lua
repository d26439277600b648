local registry = require "registry"
local KEY = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\KeyExchangeAlgorithms"

return {
  id = "exchange-on", version = "1.0.0", title = "exchange on",
  needs = { registry = { KEY } },
  run = function(params)
    registry.set(KEY .. "\\ECDH", "Enabled", 0xFFFFFFFF)
  end,
}
