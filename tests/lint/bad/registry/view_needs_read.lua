-- expect: needs-narrow at line 10
-- expect: needs-narrow at line 11
-- expect: needs-narrow at line 12
local registry = require "registry"

return {
  id = "view-needs-read", version = "1.0.0", title = "x", params = { more = { type = "string" } },
  needs = { registry = { "HKLM\\SYSTEM\\Example" }, reads = { "64:HKLM\\SOFTWARE\\Example" } },
  run = function(params)
    if params.more and registry.get("HKLM\\SOFTWARE\\Example", "A", 32) then return end
    if params.more and registry.exists("HKLM\\SOFTWARE\\Example\\B", 32) then return end
    if params.more and registry.keys("HKLM\\SOFTWARE\\Example", 32) then return end
    if registry.get("HKLM\\SOFTWARE\\Example", "A") ~= 1 then registry.set("HKLM\\SYSTEM\\Example", "A", 1) end
  end,
}
