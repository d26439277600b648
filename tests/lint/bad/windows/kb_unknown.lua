-- expect: unknown-kb at line 8
local hotfix = require "hotfix"
local log = require "log"

return {
  id = "kb-unknown", version = "1.0.0", title = "x",
  run = function(params)
    if hotfix.covers "KB9999999" then log.info "there" end
  end,
}
