-- expect: needs-narrow at line 12
-- expect: needs-wide at line 9
local registry, update = require "registry", require "update"
local KEY = "HKLM\\SYSTEM\\Example"

return {
  id = "infer-package", version = "1.0.0", title = "x", params = { package = { type = "path" } },
  needs = { registry = { KEY }, updates = { "KB3140245" }, packages = {
    "5f2b5f2b5f2b5f2b5f2b5f2b5f2b5f2b5f2b5f2b5f2b5f2b5f2b5f2b5f2b5f2b" } },
  run = function(params)
    if params.package then
      update.install { kb = "KB3140245", from = params.package,
        sha256 = "aa01aa01aa01aa01aa01aa01aa01aa01aa01aa01aa01aa01aa01aa01aa01aa01" }
    end
    registry.set(KEY, "A", 1)
  end,
}
