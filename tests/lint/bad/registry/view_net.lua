-- expect: one-view at line 9
local registry = require "registry"
local KEY = "HKLM\\SOFTWARE\\Microsoft\\.NETFramework\\v4.0.30319"

return {
  id = "view-net", version = "1.0.0", title = "x",
  needs = { registry = { KEY } },
  run = function(params)
    registry.set(KEY, "SchUseStrongCrypto", 1)
  end,
}
