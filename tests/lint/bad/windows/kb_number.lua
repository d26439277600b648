-- expect: kb-by-number at line 8
local hotfix = require "hotfix"
local log = require "log"

return {
  id = "kb-number", version = "1.0.0", title = "x",
  run = function(params)
    if hotfix.installed "KB3140245" then log.info "there" end
  end,
}
