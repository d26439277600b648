-- expect: product-name at line 7
local system = require "system"

return {
  id = "product", version = "1.0.0", title = "x",
  run = function(params)
    if system.product == "Windows 10 Pro" then return end
  end,
}
