local registry = require "registry"
local KEY = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Internet Settings\\WinHttp"

return {
  id = "winhttp-800", version = "1.0.0", title = "winhttp 800",
  needs = { registry = { KEY } },
  run = function(params)
    for _, view in ipairs(registry.views(KEY)) do
      registry.set(KEY, "DefaultSecureProtocols", 0x800, { view = view })
    end
  end,
}
