-- expect: restart-undeclared at line 10
local registry, reboot = require "registry", require "reboot"
local function needs(key) return { registry = { key } } end

return {
  id = "restart-computed", version = "1.0.0", title = "x", params = { more = { type = "string" } },
  needs = needs "HKLM\\SYSTEM\\Example",
  run = function(params)
    registry.set("HKLM\\SYSTEM\\Example", "A", 1)
    if params.more then pcall(reboot.barrier, "the service reads it at start") end
  end,
}
