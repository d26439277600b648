local registry = require "registry"
local KEY = "HKLM\\SOFTWARE\\Microsoft\\.NETFramework\\v4.0.30319"

return {
  id = "net-both", version = "1.0.0", title = "net both",
  needs = { registry = { KEY } },
  run = function(params)
    for _, view in ipairs(registry.views(KEY)) do
      for _, name in ipairs { "SchUseStrongCrypto", "SystemDefaultTlsVersions" } do
        registry.set(KEY, name, 1, { view = view, why = "strong cryptography" })
      end
    end
  end,
}
