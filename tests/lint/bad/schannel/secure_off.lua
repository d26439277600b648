-- expect: secure-off at line 12
-- expect: secure-off at line 13
-- expect: secure-off at line 15
-- expect: secure-off at line 16
local registry = require "registry"
local schannel = require "tls.schannel"

return {
  id = "secure-off", version = "1.0.0", title = "x",
  needs = { registry = { schannel.KEY }, off = { "TLS 1.3" } },
  run = function()
    schannel.disable("TLS 1.2", "Server")
    schannel.disable("TLS 1.2", "Client")
    for _, role in ipairs(schannel.ROLES) do
      registry.set(schannel.path("DTLS 1.2", role), "Enabled", 0)
      registry.set(schannel.path("DTLS 1.2", role), "DisabledByDefault", 1)
    end
  end,
}
