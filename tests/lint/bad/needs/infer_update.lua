-- expect: needs-narrow at line 9
local registry, update = require "registry", require "update"
local KEY = "HKLM\\SYSTEM\\Example"

return {
  id = "infer-update", version = "1.0.0", title = "x", params = { package = { type = "path" } },
  needs = { registry = { KEY } },
  run = function(params)
    if params.package then update.install { kb = "KB3140245", from = params.package } end
    registry.set(KEY, "A", 1)
  end,
}
