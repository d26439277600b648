-- expect: wrong-key at line 15
-- expect: wrong-key at line 16
-- expect: wrong-key at line 18
-- expect: wrong-key at line 19
-- expect: suites-type at line 21
local registry = require "registry"
local SCHANNEL = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL"
local NET = "HKLM\\SOFTWARE\\Microsoft\\.NETFramework"
local SETTINGS = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Internet Settings"
local ORDER = "HKLM\\SOFTWARE\\Policies\\Microsoft\\Cryptography\\Configuration\\SSL"

return {
  id = "wrong-key", version = "1.0.0", title = "x", needs = { registry = { SCHANNEL, NET, SETTINGS, ORDER } },
  run = function()
    registry.set(SCHANNEL .. "\\Ciphers", "Enabled", 0xFFFFFFFF)
    registry.set(ORDER, "Functions", "TLS_AES_256_GCM_SHA384")
    for _, view in ipairs(registry.views(NET)) do
      registry.set(NET, "SchUseStrongCrypto", 1, { view = view })
      registry.set(SETTINGS, "DefaultSecureProtocols", 0x800, { view = view })
    end
    registry.set(ORDER .. "\\00010002", "EccCurves", "NistP256")
  end,
}
