local schannel = require "tls.schannel"

return {
  id = "legacy-param", version = "1.0.0", title = "legacy param",
  needs = { registry = { schannel.KEY } },
  params = { protocol = { type = "string", default = "TLS 1.1", help = "which" } },
  run = function(params)
    schannel.enable(params.protocol, "Client")
  end,
}
