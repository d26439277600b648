local log = require "log"
local system = require "system"

return {
  id = "applies-is", version = "1.0.0", title = "applies is",
  applies = function() return system.is "6.1", "for 7 and 2008 R2" end,
  run = function(params)
    log.info "nothing"
  end,
}
