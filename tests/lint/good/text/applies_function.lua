local log = require "log"
local function applies(system)
  if system.build < 7601 then return false, "install Service Pack 1 first" end
  return true
end
return { id = "applies-function", version = "1.0.0", title = "applies function", applies = applies, run = function() log.info "nothing" end }
