-- expect: ssl-bit at line 10
local registry = require "registry"
local KEY = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Internet Settings\\WinHttp"

return {
  id = "bits-aa0", version = "1.0.0", title = "x",
  needs = { registry = { KEY } },
  run = function(params)
    for _, view in ipairs(registry.views(KEY)) do
      registry.set(KEY, "DefaultSecureProtocols", 0xAA0, { view = view })
    end
  end,
}
