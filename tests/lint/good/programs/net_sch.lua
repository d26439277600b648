local registry = require "registry"
local KEY = "HKLM\\SOFTWARE\\Microsoft\\.NETFramework\\v4.0.30319"

return {
  id = "net-sch", version = "1.0.0", title = "net sch",
  needs = { registry = { KEY } },
  run = function(params)
    for _, view in ipairs(registry.views(KEY)) do
      registry.set(KEY, "SchUseStrongCrypto", 1, { view = view })
    end
  end,
}
