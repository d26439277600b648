local winhttp = require "tls.winhttp"

return {
  id = "winhttp-mend", version = "1.0.0", title = "winhttp mend",
  needs = { registry = { winhttp.KEY } },
  params = { protocols = { type = "string[]", default = { "TLS 1.2" }, help = "which" } },
  run = function(params)
    winhttp.mend_protocols(params.protocols)
  end,
}
