local hotfix = require "hotfix"
local log = require "log"

return {
  id = "update-examine", version = "1.0.0", title = "update examine",
  run = function(params)
    local there, evidence = hotfix.examine "KB3140245"
    log.info(tostring(there) .. ": " .. (evidence[1] or "no evidence"))
  end,
}
