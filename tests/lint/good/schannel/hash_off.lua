local registry = require "registry"
local KEY = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Hashes"

return {
  id = "hash-off", version = "1.0.0", title = "hash off",
  needs = { registry = { KEY } },
  run = function(params)
    registry.set(KEY .. "\\MD5", "Enabled", 0)
  end,
}
