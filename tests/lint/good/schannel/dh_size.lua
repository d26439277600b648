local registry = require "registry"
local KEY = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\KeyExchangeAlgorithms"

return {
  id = "dh-size", version = "1.0.0", title = "dh size",
  needs = { registry = { KEY } },
  run = function(params)
    registry.set(KEY .. "\\Diffie-Hellman", "ServerMinKeyBitLength", 2048)
  end,
}
