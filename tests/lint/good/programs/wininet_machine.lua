local registry = require "registry"
local KEY = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Internet Settings"

return {
  id = "wininet-machine", version = "1.0.0", title = "wininet machine",
  needs = { registry = { KEY } },
  run = function(params)
    for _, view in ipairs(registry.views(KEY)) do
      registry.set(KEY, "SecureProtocols", 0xA00, { view = view })
    end
  end,
}
