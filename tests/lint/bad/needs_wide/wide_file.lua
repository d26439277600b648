-- expect: needs-wide at line 8
local files, registry = require "files", require "registry"
local KEY = "HKLM\\SYSTEM\\Example"

return {
  id = "wide-file", version = "1.0.0", title = "x", params = { folder = { type = "path" } },
  needs = { registry = { KEY }, files = {
    "D:\\Packages" } },
  run = function(params)
    local folder = params.folder
    if not folder or files.exists(folder) then registry.set(KEY, "A", 1) end
  end,
}
