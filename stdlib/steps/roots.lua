-- Looks for the root certificates that Azure's services stand on: without them TLS 1.2 fails as a certificate error.
-- Reads only. Source: AZB-EN for the roots and their thumbprints; CERTSTORES for the stores of the machine, of the
-- policy and of the enterprise. Windows may also fetch a root when it is needed (G), so a missing one is told, not
-- mended.

local log = require "log"
local registry = require "registry"

local STORES = { "HKLM\\SOFTWARE\\Microsoft\\SystemCertificates\\AuthRoot",
  "HKLM\\SOFTWARE\\Microsoft\\SystemCertificates\\ROOT",
  "HKLM\\SOFTWARE\\Policies\\Microsoft\\SystemCertificates\\Root",
  "HKLM\\SOFTWARE\\Microsoft\\EnterpriseCertificates\\Root" }

local step = { NEEDS = { reads = { "HKLM\\SOFTWARE\\Microsoft\\SystemCertificates",
  "HKLM\\SOFTWARE\\Policies\\Microsoft\\SystemCertificates", "HKLM\\SOFTWARE\\Microsoft\\EnterpriseCertificates" } } }

step.ROOTS = {
  { name = "DigiCert Global Root G2", thumbprint = "DF3C24F9BFD666761B268073FE06D1CC8D4F82A4" },
  { name = "Microsoft RSA Root Certificate Authority 2017", thumbprint = "73A5E64A3BFF8316FF0EDCCC618A906E4EAE4D74" },
  { name = "Microsoft ECC Root Certificate Authority 2017", thumbprint = "999A64C37FF47D9FAB95F14769891460EEC4C3C5" },
  { name = "DigiCert Global Root CA", thumbprint = "A8985D3A65E5E5C4B2D7D66D40C6DD2FB19C5436" },
  { name = "D-TRUST Root Class 3 CA 2 2009", thumbprint = "58E8ABB0361533FB80F79B1B6D29D3FF8D5F00F0" },
  { name = "Baltimore CyberTrust Root", thumbprint = "D4DE20D05E66FC53FE1A50882C78DB2852CAE474" },
}

-- The roots that are in none of the stores.
function step.missing()
  local there, list = {}, {}
  for _, store in ipairs(STORES) do
    for _, thumbprint in ipairs(registry.keys(store .. "\\Certificates") or {}) do there[thumbprint:upper()] = true end
  end
  for _, root in ipairs(step.ROOTS) do
    if not there[root.thumbprint] then list[#list + 1] = root end
  end
  return list
end

function step.report()
  for _, root in ipairs(step.missing()) do
    log.finding(("the root certificate %s (%s) is not in the machine's stores; if connections fail although TLS 1.2 " ..
      "is on, install it (AZB-EN)"):format(root.name, root.thumbprint))
  end
end

return step
