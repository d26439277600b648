local registry = require "registry"
local winhttp = require "tls.winhttp"

return {
  id = "winhttp-constants", version = "1.0.0", title = "winhttp constants",
  needs = { registry = { winhttp.KEY } },
  run = function(params)
    for _, view in ipairs(winhttp.views()) do
      registry.set(winhttp.KEY, winhttp.VALUE, winhttp.TLS_1_2 | 0x200, { view = view })
    end
  end,
}
