-- Services as servers of TLS: what their owner says they take, with source and date. Data for tls.meeting, which
-- `tlsmend state --with NAME` asks. What a document does not say is not sure: a version that only some of the service's
-- hosts speak is "cannot tell", and a list of suites that is not published is empty and open.

local peers = {}

local ECDHE_GCM = { "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256" }
local ECDHE_CBC = { "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256" }
local DHE_GCM = { "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256" }
local LAST = { "TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256" }
local ECDSA = { "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
  "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384", "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256" }

local NEW = { ["TLS 1.3"] = "yes", ["TLS 1.2"] = "yes" }
local SOME_NEW = { ["TLS 1.3"] = "cannot tell", ["TLS 1.2"] = "yes" }
local TLS12 = { ["TLS 1.2"] = "yes" }

-- The order of suites is the service's where `order` says so, that of groups is never said. perhaps: suites that are
-- not sure. own: a document of the service says that Windows' own settings do, and names no suite.
peers.LIST = {
  { name = "microsoft-365", other = "m365", title = "Microsoft 365", source = "M365-ENC", date = "2023-06-14",
    mark = "S",
    versions = SOME_NEW, order = "server", groups = { "secp384r1", "secp256r1" }, certificates = { "RSA" },
    suites = { LAST, ECDHE_GCM, ECDHE_CBC, {
      "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
      "TLS_RSA_WITH_AES_256_GCM_SHA384", "TLS_RSA_WITH_AES_128_GCM_SHA256" } },
    note = "parts of it, such as Teams, answer at Azure Front Door: ask for that too" },
  { name = "azure-front-door", other = "azure-front-door-2022",
    title = "Azure Front Door, policy TLSv1.2_2022", source = "AFD-POLICY; AFD-DHE", date = "2026-08-13",
    mark = "S", versions = NEW, order = "server",
    groups = { "secp384r1", "secp256r1", "secp521r1" }, certificates = { "RSA" },
    suites = { LAST, ECDHE_GCM, ECDHE_CBC },
    note = "a new domain gets the policy TLSv1.2_2023 unless another is chosen: ask for azure-front-door-2023" },
  { name = "azure-front-door-2023", title = "Azure Front Door, policy TLSv1.2_2023", source = "AFD-POLICY",
    date = "2026-08-13", mark = "S", versions = NEW, order = "server",
    groups = { "secp384r1", "secp256r1", "secp521r1" }, certificates = { "RSA" }, suites = { LAST, ECDHE_GCM } },
  { name = "azure-devops", title = "Azure DevOps Services", source = "ADO", date = "2024-01-11", mark = "S",
    versions = TLS12, groups = { "secp256r1", "secp384r1" }, certificates = { "RSA" },
    suites = { ECDHE_GCM, ECDHE_CBC }, perhaps = DHE_GCM },
  { name = "entra-id", title = "Microsoft Entra ID", source = "ENTRA; ENTRA-CS", date = "2025-01-24", mark = "S",
    versions = SOME_NEW, groups = { "secp256r1", "secp384r1" }, certificates = { "RSA", "ECDSA" },
    suites = { LAST, ECDHE_GCM, ECDHE_CBC, ECDSA } },
  { name = "azure-backup", title = "Azure Backup", source = "AZB-EN", date = "2022-09-20", mark = "S",
    versions = TLS12, certificates = { "RSA" }, suites = {}, open = true, own = true },
}

function peers.of(name)
  for _, peer in ipairs(peers.LIST) do
    if peer.name == name or peer.other == name then return peer end
  end
end

function peers.names()
  local names = {}
  for _, peer in ipairs(peers.LIST) do
    names[#names + 1] = peer.name
    names[#names + 1] = peer.other
  end
  return names
end

-- A service as a side of tls.meeting.
function peers.side(peer)
  local side = { versions = peer.versions, suites = {}, order = peer.order, open = peer.open,
    certificates = peer.certificates, any_group = true }
  for _, part in ipairs(peer.suites) do
    for _, name in ipairs(part) do side.suites[#side.suites + 1] = { name = name, sure = true } end
  end
  for _, name in ipairs(peer.perhaps or {}) do side.suites[#side.suites + 1] = { name = name, sure = false } end
  if peer.groups then
    side.groups = {}
    for _, name in ipairs(peer.groups) do side.groups[#side.groups + 1] = { name = name, sure = true } end
  end
  return side
end

return peers
