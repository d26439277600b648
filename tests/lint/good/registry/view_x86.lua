local registry = require "registry"
local KEY = "HKLM\\SOFTWARE\\Example"

return {
  id = "view-x86", version = "1.0.0", title = "where there is one copy of a key, either view is it",
  needs = { registry = { "32:HKLM\\SOFTWARE\\Example" } },
  applies = function(system)
    if system.bits == 32 then return true end
    return false, "it is for 32-bit Windows"
  end,
  run = function() registry.set(KEY, "A", 1) end,
}
