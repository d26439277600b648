local registry = require "registry"
local KEY = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols"

return {
  id = "disable-raw", version = "1.0.0", title = "disable raw",
  needs = { registry = { KEY } },
  run = function(params)
    for _, role in ipairs { "Client", "Server" } do
      registry.set(KEY .. "\\SSL 3.0\\" .. role, "Enabled", 0)
      registry.set(KEY .. "\\SSL 3.0\\" .. role, "DisabledByDefault", 1)
    end
  end,
}
