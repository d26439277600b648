-- expect: needs-narrow at line 10
local update = require "update"
local reboot = require "reboot"

return {
  id = "needs-update", version = "1.0.0", title = "x",
  needs = { reboot = true },
  applies = function(system) return system.nt < "6.2" and system.nt >= "6.1", "for 7" end,
  run = function(params)
    update.install { kb = "KB3140245" }
    reboot.barrier "it replaces files"
  end,
}
