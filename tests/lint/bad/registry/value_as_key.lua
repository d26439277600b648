-- expect: value-as-key at line 9
local registry = require "registry"
local KEY = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Internet Settings"

return {
  id = "value-as-key", version = "1.0.0", title = "x",
  needs = { registry = { KEY } },
  run = function(params)
    registry.create(KEY .. "\\WinHttp\\DefaultSecureProtocols")
  end,
}
