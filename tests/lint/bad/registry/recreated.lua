-- expect: key-recreated at line 10
local registry = require "registry"
local KEY = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols"

return {
  id = "recreated", version = "1.0.0", title = "x",
  needs = { registry = { KEY } },
  run = function(params)
    registry.delete_key(KEY .. "\\SSL 2.0")
    registry.create(KEY .. "\\SSL 2.0")
  end,
}
