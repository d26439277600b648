local log = require "log"

return {
  id = "applies-server", version = "1.0.0", title = "applies server",
  applies = function(system)
    if system.server == nil then return false, "cannot tell a server from a client" end
    return system.server, "for servers"
  end,
  run = function(params)
    log.info "nothing"
  end,
}
