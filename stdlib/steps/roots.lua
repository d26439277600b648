-- Looks for the root certificates that Microsoft's services moved to: without them TLS 1.2 fails as a certificate
-- error. Reads only. Source: AZB-EN, which gives the beginnings of the thumbprints; where certificates stand in the
-- registry is general knowledge (G). Windows may also fetch a root when it is needed (G), so a missing one is told,
-- not mended.

local log = require "log"
local registry = require "registry"

local STORES = "HKLM\\SOFTWARE\\Microsoft\\SystemCertificates"

local step = { NEEDS = { reads = { STORES } } }

step.ROOTS = {
  { name = "DigiCert Global Root G2", thumbprint = "DF3C24F9" },
  { name = "Microsoft RSA Root Certificate Authority 2017", thumbprint = "73A5E64A" },
}

local function is_there(root)
  for _, store in ipairs { "AuthRoot", "ROOT" } do
    for _, thumbprint in ipairs(registry.keys(("%s\\%s\\Certificates"):format(STORES, store)) or {}) do
      if thumbprint:upper():sub(1, #root.thumbprint) == root.thumbprint then return true end
    end
  end
  return false
end

function step.report()
  for _, root in ipairs(step.ROOTS) do
    if not is_there(root) then
      log.finding(("the root certificate %s (%s...) is not in the machine's stores; if connections fail although " ..
        "TLS 1.2 is on, install it (AZB-EN)"):format(root.name, root.thumbprint))
    end
  end
end

return step
