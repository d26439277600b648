-- expect: protocol-name at line 3
local log = require "log"
return { id = "comma-prose", version = "1", title = "TLS 1,2 for everybody",
  run = function() log.info "nothing" end }
