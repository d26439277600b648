-- expect: value-type at line 10
local registry = require "registry"
local KEY = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Internet Settings\\WinHttp"

return {
  id = "type-qword", version = "1.0.0", title = "x",
  needs = { registry = { KEY } },
  run = function(params)
    for _, view in ipairs(registry.views(KEY)) do
      registry.set(KEY, "DefaultSecureProtocols", 0xA00, { view = view, type = "REG_QWORD" })
    end
  end,
}
