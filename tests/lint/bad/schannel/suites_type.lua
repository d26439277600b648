-- expect: suites-type at line 9
local registry = require "registry"
local KEY = "HKLM\\SOFTWARE\\Policies\\Microsoft\\Cryptography\\Configuration\\SSL\\00010002"

return {
  id = "suites-type", version = "1.0.0", title = "x",
  needs = { registry = { KEY } },
  run = function(params)
    registry.set(KEY, "Functions", { "TLS_A", "TLS_B" })
  end,
}
