-- expect: kb-by-number at line 3
local registry = require "registry"
local PACKAGES = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\Packages"

return {
  id = "kb-servicing", version = "1.0.0", title = "x",
  needs = { reads = { PACKAGES } },
  run = function(params)
    return registry.keys(PACKAGES)
  end,
}
