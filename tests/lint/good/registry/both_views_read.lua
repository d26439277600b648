local registry = require "registry"
local log = require "log"
local KEY = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Internet Settings\\WinHttp"

return {
  id = "both-views-read", version = "1.0.0", title = "both views read",
  needs = { reads = { KEY } },
  run = function(params)
    for _, view in ipairs(registry.views(KEY)) do
      local data = registry.get(KEY, "DefaultSecureProtocols", view)
      if data then log.info(("%d-bit: 0x%X"):format(view, data)) end
    end
  end,
}
