local winhttp = require "tls.winhttp"

return {
  id = "winhttp-module", version = "1.0.0", title = "winhttp module",
  needs = { registry = { winhttp.KEY } },
  run = function(params)
    winhttp.default_protocols { "TLS 1.1", "TLS 1.2" }
  end,
}
