local registry = require "registry"
local KEY = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL"

return {
  id = "event-logging", version = "1.0.0", title = "event logging",
  needs = { registry = { KEY } },
  run = function(params)
    registry.set(KEY, "EventLogging", 7, { why = "errors, warnings and successes" })
  end,
}
