-- expect: nt-compare at line 7
local system = require "system"

return {
  id = "nt-number", version = "1.0.0", title = "x",
  run = function(params)
    if system.nt < 6.3 then return end
  end,
}
