-- expect: needs-narrow at line 10
-- expect: needs-narrow at line 11
local files, hotfix, registry = require "files", require "hotfix", require "registry"
local KEY = "HKLM\\SYSTEM\\Example"

return {
  id = "infer-file", version = "1.0.0", title = "x", params = { more = { type = "string" } },
  needs = { registry = { KEY }, files = { "C:\\Packages", "System32\\schannel.dll" } },
  run = function(params)
    if params.more and files.exists "C:\\Other\\a.msu" then return end
    if params.more and hotfix.file_version "System32\\winhttp.dll" then return end
    if params.more and files.exists "c:\\packages\\a.msu" and hotfix.file_version "System32\\schannel.dll" then return end
    registry.set(KEY, "A", 1)
  end,
}
