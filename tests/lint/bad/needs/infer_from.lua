-- expect: needs-narrow at line 9
local registry, update = require "registry", require "update"
local KEY = "HKLM\\SYSTEM\\Example"

return {
  id = "infer-from", version = "1.0.0", title = "x", params = { more = { type = "string" } },
  needs = { registry = { KEY }, updates = { "KB3140245" } },
  run = function(params)
    if params.more then update.install { kb = "KB3140245", from = "D:\\Packages" } end
    registry.set(KEY, "A", 1)
  end,
}
