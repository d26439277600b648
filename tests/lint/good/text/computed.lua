-- note: line 12
-- note: line 13
-- note: line 14
local files, registry, update = require "files", require "registry", require "update"
local KEY = "HKLM\\SYSTEM\\Example"

return {
  id = "computed", version = "1.0.0", title = "what is touched is computed",
  params = { name = { type = "string" } },
  needs = { registry = { KEY, "HKLM\\SYSTEM\\Perhaps" }, updates = { "KB3140245" }, files = { "C:\\Packages" } },
  run = function(params)
    if params.name then registry.set(params.name, "A", 1) end
    if params.name then files.exists("C:\\" .. params.name) end
    if params.name then update.install { kb = params.name } end
    if params.name then update.install { kb = "KB3140245", from = "C:\\Packages" } end
    registry.set(KEY, "A", 1)
  end,
}
