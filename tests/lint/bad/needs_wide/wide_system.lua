-- expect: needs-wide at line 7
local registry = require "registry"
local ROOT = "HKLM\\SYSTEM\\CurrentControlSet\\Control"

return {
  id = "wide-system", version = "1.0.0", title = "x",
  needs = { registry = { ROOT } },
  run = function(params)
    registry.set(ROOT .. "\\SecurityProviders\\SCHANNEL", "EventLogging", 7)
  end,
}
