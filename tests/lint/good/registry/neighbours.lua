-- Other values of the same keys, which are nobody's misspelling, and right names that are looked for at a wrong place.
local registry = require "registry"
local SCHANNEL = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL"
local NET = "HKLM\\SOFTWARE\\Microsoft\\.NETFramework"
local SETTINGS = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Internet Settings"
local ORDER = "HKLM\\SOFTWARE\\Policies\\Microsoft\\Cryptography\\Configuration\\SSL\\00010002"

return {
  id = "neighbours", version = "1.0.0", title = "x", needs = { registry = { SCHANNEL, NET, SETTINGS, ORDER } },
  run = function()
    if registry.get(SCHANNEL .. "\\Protocols\\TLS 1.2", "Enabled") then return end
    registry.set(SCHANNEL, "ServerCacheTime", 36000000)
    registry.set(SCHANNEL, "EventLogging", 7)
    registry.set(SCHANNEL .. "\\KeyExchangeAlgorithms\\Diffie-Hellman", "ServerMinKeyBitLength", 2048)
    for _, view in ipairs(registry.views(NET)) do
      registry.set(NET .. "\\v4.0.30319", "SchSendAuxRecord", 1, { view = view })
      registry.set(NET, "InstallRoot", "C:\\Windows\\Microsoft.NET\\Framework\\", { view = view })
      registry.set(SETTINGS, "CertificateRevocation", 1, { view = view })
    end
    registry.set(ORDER, "EccCurves", { "NistP256", "NistP384" })
  end,
}
