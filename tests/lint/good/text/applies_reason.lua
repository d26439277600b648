local log = require "log"

return {
  id = "applies-reason", version = "1.0.0", title = "applies reason",
  applies = function(system) return system.nt >= "6.3", "built in from 8.1 on" end,
  run = function(params)
    log.info "nothing"
  end,
}
