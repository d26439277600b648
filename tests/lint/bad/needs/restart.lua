-- expect: restart-undeclared at line 11
local registry = require "registry"
local reboot = require "reboot"
local KEY = "HKLM\\SYSTEM\\Example"

return {
  id = "restart", version = "1.0.0", title = "x",
  needs = { registry = { KEY } },
  run = function(params)
    registry.set(KEY, "A", 1)
    reboot.barrier "the service reads it at start"
  end,
}
