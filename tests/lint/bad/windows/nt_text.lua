-- expect: nt-compare at line 6
local log = require "log"

return {
  id = "nt-text", version = "1.0.0", title = "x",
  applies = function(system) return system.nt == "6.1", "for 7" end,
  run = function(params)
    log.info "nothing"
  end,
}
