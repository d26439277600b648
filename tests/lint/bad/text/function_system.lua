-- expect: unknown-function at line 8
local system = require "system"

return {
  id = "function-system", version = "1.0.0", title = "x",
  needs = {  },
  run = function(params)
    if system.version then return end
  end,
}
