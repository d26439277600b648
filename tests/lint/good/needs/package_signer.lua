local update = require "update"

return {
  id = "package-signer", version = "1.0.0", title = "a signer, a hash of his, and one that is not said",
  params = { package = { type = "path" }, hash = { type = "string" } },
  needs = { updates = { "KB3140245" }, packages = { "signer:acme" } },
  run = function(params)
    local from = params.package
    if not from then return end
    update.install { kb = "KB3140245", from = from, sha256 = "5f2b5f2b5f2b5f2b5f2b5f2b5f2b5f2b5f2b5f2b5f2b5f2b5f2b5f2b5f2b5f2b" }
    update.install { kb = "KB3140245", from = from, sha256 = params.hash }
  end,
}
