-- expect: wrong-key at line 17
-- expect: misspelled at line 18
-- expect: misspelled at line 20
-- expect: misspelled at line 21
-- expect: wrong-key at line 22
-- expect: misspelled at line 23
-- expect: misspelled at line 25
local registry = require "registry"
local SCHANNEL = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL"
local NET = "HKLM\\SOFTWARE\\Microsoft\\.NETFramework"
local SETTINGS = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Internet Settings"

return {
  id = "misspelled", version = "1.0.0", title = "x",
  needs = { registry = { SCHANNEL, NET, SETTINGS } },
  run = function()
    registry.set(SCHANNEL .. "\\KeyExchangeAlgorithms\\PKCS", "ServerMinKeyBitLength", 2048)
    registry.create(SCHANNEL .. "\\Protocol\\TLS 1.2\\Server")
    for _, view in ipairs(registry.views(NET)) do
      registry.set(NET .. "\\4.0.30319", "SchUseStrongCrypto", 1, { view = view })
      registry.set(NET .. "\\v4.0.30319", "SystemTlsVersions", 1, { view = view })
      registry.set(SETTINGS .. "\\WinHttp", "SecureProtocols", 0x800, { view = view })
      registry.set(SETTINGS, "SecureProtocol", 0x800, { view = view })
    end
    if registry.get(NET .. "\\v4.0.30319", "UseStrongCrypto") then return end
  end,
}
