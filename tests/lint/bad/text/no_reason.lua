-- expect: no-reason at line 7
local log = require "log"

return {
  id = "no-reason", version = "1.0.0", title = "x",
  applies = function(system)
    if system.nt < "6.1" then return false end
    return true
  end,
  run = function(params)
    log.info "nothing"
  end,
}
