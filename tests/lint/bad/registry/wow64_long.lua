-- expect: wow6432node at line 10
-- expect: needs-narrow at line 10
local registry = require "registry"
local log = require "log"

return {
  id = "wow64-long", version = "1.0.0", title = "x",
  needs = {  },
  run = function(params)
    log.info(registry.get([[HKLM\SOFTWARE\WOW6432NODE\Example]], "A"))
  end,
}
