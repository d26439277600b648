-- expect: one-view at line 9
local registry = require "registry"
local KEY = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Internet Settings\\WinHttp"

return {
  id = "view-64", version = "1.0.0", title = "x",
  needs = { registry = { KEY } },
  run = function(params)
    registry.set(KEY, "DefaultSecureProtocols", 0xA00)
  end,
}
