-- expect: one-view at line 10
local registry = require "registry"
local KEY = "HKLM\\SOFTWARE\\Microsoft\\.NETFramework\\v4.0.30319"

return {
  id = "view-dropped", version = "1.0.0", title = "x",
  needs = { registry = { KEY } },
  run = function(params)
    for _, view in ipairs { 64 } do
      registry.set(KEY, "SystemDefaultTlsVersions", 1, { view = view })
    end
  end,
}
