local hotfix = require "hotfix"
local update = require "update"
local reboot = require "reboot"
local KB = "KB3140245"

return {
  id = "update-constant", version = "1.0.0", title = "update constant",
  needs = { updates = { KB }, reboot = true },
  params = { package = { type = "path", help = "the .msu" } },
  applies = function(system)
    if system.nt >= "6.1" and system.nt < "6.2" then return true end
    return false, "it is for Windows 7 and Server 2008 R2"
  end,
  run = function(params)
    if not hotfix.covers (KB) then
      update.install { kb = KB, from = params.package }
      reboot.barrier "KB3140245 replaces winhttp.dll"
    end
  end,
}
