local registry = require "registry"
local KEY = "HKLM\\SYSTEM\\Example"
local SETTINGS = "HKU\\*\\Software\\Example"

return {
  id = "reads", version = "1.0.0", title = "keys that are only read, and those of every user",
  needs = { registry = { KEY }, reads = { "HKLM\\SYSTEM\\Other", SETTINGS } },
  run = function()
    for _, sid in ipairs(registry.keys "HKU" or {}) do registry.get("HKU\\" .. sid .. "\\Software\\Example", "A") end
    if registry.get("HKLM\\SYSTEM\\Other\\Below", "A") then return end
    registry.set(KEY, "A", 1)
  end,
}
