local reboot, update = require "reboot", require "update"
local HASH = "5F2B5F2B5F2B5F2B5F2B5F2B5F2B5F2B5F2B5F2B5F2B5F2B5F2B5F2B5F2B5F2B"

return {
  id = "packages", version = "1.0.0", title = "the packages that are declared are those that are installed",
  params = { package = { type = "path" } },
  needs = { updates = { "KB3140245" }, reboot = true, packages = {
    "5f2b5f2b5f2b5f2b5f2b5f2b5f2b5f2b5f2b5f2b5f2b5f2b5f2b5f2b5f2b5f2b" } },
  run = function(params)
    if params.package then
      update.install { kb = "KB3140245", from = params.package, sha256 = HASH }
      reboot.barrier "KB3140245 replaces winhttp.dll"
    end
  end,
}
