local reboot = require "reboot"

return {
  id = "restart-pending", version = "1.0.0", title = "restart pending",
  needs = { reboot = true },
  run = function(params)
    if reboot.needed() then reboot.barrier "a restart is pending already" end
  end,
}
