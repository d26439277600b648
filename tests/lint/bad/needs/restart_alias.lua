-- expect: restart-undeclared at line 11
local registry, reboot = require "registry", require "reboot"
local KEY = "HKLM\\SYSTEM\\Example"

return {
  id = "restart-alias", version = "1.0.0", title = "x", params = { more = { type = "string" } },
  needs = { registry = { KEY } },
  run = function(params)
    registry.set(KEY, "A", 1)
    local restart = reboot.barrier
    if params.more then restart "the service reads it at start" end
  end,
}
