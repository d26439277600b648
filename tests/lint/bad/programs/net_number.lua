-- expect: dotnet-number at line 10
local registry = require "registry"
local KEY = "HKLM\\SOFTWARE\\Microsoft\\.NETFramework\\v4.0.30319"

return {
  id = "net-number", version = "1.0.0", title = "x",
  needs = { registry = { KEY } },
  run = function(params)
    for _, view in ipairs(registry.views(KEY)) do
      registry.set(KEY, "SchUseStrongCrypto", 2, { view = view })
    end
  end,
}
