-- The runbook of the recorded runs. It must stay as it is, to the byte: plans and journals know its SHA-256.
local registry, reboot = require "registry", require "reboot"
local KEY = "HKLM\\SOFTWARE\\Site"
return {
  id = "site", version = "1.0.0", title = "Site", references = {},
  params = { restart = { type = "boolean", default = false, help = "in the middle" } },
  needs = { registry = { KEY }, reboot = true },
  run = function(params)
    registry.set(KEY, "Number", 1)
    registry.set(KEY, "Text", "one")
    if params.restart and registry.get(KEY, "Last") == nil then reboot.barrier "Site" end
    registry.set(KEY, "Last", 2)
  end,
}
