-- expect: needs-wide at line 7
local registry, reboot = require "registry", require "reboot"
local KEY = "HKLM\\SYSTEM\\Example"

return {
  id = "wide-reboot-asked", version = "1.0.0", title = "x",
  needs = { registry = { KEY }, reboot = true },
  run = function()
    if not reboot.needed() then registry.set(KEY, "A", 1) end
  end,
}
