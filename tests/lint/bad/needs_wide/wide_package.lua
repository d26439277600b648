-- expect: needs-wide at line 7
local registry = require "registry"
local KEY = "HKLM\\SYSTEM\\Example"

return {
  id = "wide-package", version = "1.0.0", title = "x",
  needs = { registry = { KEY }, packages = { "signer:acme" } },
  run = function() registry.set(KEY, "A", 1) end,
}
