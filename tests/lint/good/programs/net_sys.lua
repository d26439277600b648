local registry = require "registry"
local KEY = "HKLM\\SOFTWARE\\Microsoft\\.NETFramework\\v4.0.30319"

return {
  id = "net-sys", version = "1.0.0", title = "net sys",
  needs = { registry = { KEY } },
  run = function(params)
    for _, view in ipairs(registry.views(KEY)) do
      registry.set(KEY, "SystemDefaultTlsVersions", 1, { view = view })
    end
  end,
}
