local registry = require "registry"
local KEY = "HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows\\CurrentVersion\\Internet Settings"

return {
  id = "policy-shared", version = "1.0.0", title = "policy shared",
  needs = { registry = { KEY } },
  run = function(params)
    registry.set(KEY, "SecureProtocols", 0xA00, { why = "shared by both views" })
  end,
}
