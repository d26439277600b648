-- expect: unknown-protocol at line 10
local registry = require "registry"
local KEY = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols"

return {
  id = "protocol-v", version = "1.0.0", title = "x",
  needs = { registry = { KEY } },
  run = function(params)
    for _, role in ipairs { "Client", "Server" } do
      registry.set(KEY .. "\\TLS v1.2\\" .. role, "Enabled", 1)
    end
  end,
}
