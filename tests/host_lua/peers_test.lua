-- tls.peers: the data is whole, and what follows from it by hand for documented lists of Windows.

local check = require "check"
local cipher_suites = require "tls.cipher_suites"
local lists = require "windows.suite_lists"
local meeting = require "tls.meeting"
local peers = require "tls.peers"
local sources = require "windows.sources"

check.test("each has a source, a date, a mark, and suites and versions that exist", function()
  local seen = {}
  for _, peer in ipairs(peers.LIST) do
    check.equal(seen[peer.name], nil, peer.name)
    seen[peer.name] = true
    check.match(peer.date, "^20%d%d%-[01]%d%-[0-3]%d$", peer.name)
    check.equal(({ S = true, S3 = true, G = true, ["S+G"] = true })[peer.mark], true, peer.name)
    for tag in peer.source:gmatch "[^; ]+" do check.equal(type(sources.tags[tag]), "string", tag) end
    local side = peers.side(peer)
    check.equal(#side.suites > 0 or side.open, true, peer.name)
    for _, row in ipairs(side.suites) do check.equal(cipher_suites.of(row.name) ~= nil, true, row.name) end
    for name in pairs(side.versions) do check.equal(name == "TLS 1.2" or name == "TLS 1.3", true, name) end
  end
  for _, name in ipairs(peers.names()) do check.equal(peers.of(name) ~= nil, true, name) end
  check.equal(peers.of "azure-front-door-2022", peers.of "azure-front-door")
  check.equal(peers.of "nosuch", nil)
end)

-- A client with Windows' own list of a release in a patch state, and TLS 1.2.
local function windows(release, state)
  local client = { versions = { ["TLS 1.2"] = "yes" }, suites = {}, groups = {}, dh_least = 1024 }
  local seen = {}
  for _, row in ipairs(lists.own(release, state)) do
    client.suites[#client.suites + 1] = { name = row.name, curve = row.curve }
    local curve = meeting.CURVES[row.curve or "P256"]
    if not seen[curve] then client.groups[#client.groups + 1] = { name = curve } end
    seen[curve] = true
  end
  return client
end

local function met(client, name) return meeting.meet(client, peers.side(peers.of(name))) end

check.test("Azure Front Door takes ECDHE alone: 7 to 8.1 get on with the policy of 2022, not of 2023", function()
  for release, states in pairs { ["win7-sp1"] = { "rtm", "2016-06" }, ["win81"] = { "rtm", "2016-06" } } do
    for _, state in ipairs(states) do
      local old = met(windows(release, state), "azure-front-door")
      check.equal(old.result, "yes", release)
      check.match(old.suite, "^TLS_ECDHE_RSA_WITH_AES_%d+_CBC_SHA%d+$", release)
      check.equal(met(windows(release, state), "azure-front-door-2023").result, "no", release)
    end
  end
  local new = met(windows("ws2016", "rtm"), "azure-front-door-2023")
  check.equal(new.suite, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384")
end)

check.test("suites with DHE do not help any more", function()
  local client = { versions = { ["TLS 1.2"] = "yes" }, groups = { { name = "secp256r1" } },
    suites = { { name = "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384" } }, dh_least = 1024 }
  check.equal(met(client, "azure-front-door").result, "no")
  check.equal(met(client, "azure-devops").result, "cannot tell")
  check.equal(met(client, "microsoft-365").result, "no")
end)

check.test("without TLS 1.2 there is none of them", function()
  local client = windows("win7-sp1", "rtm")
  client.versions = { ["TLS 1.0"] = "yes", ["SSL 3.0"] = "yes" }
  for _, name in ipairs(peers.names()) do check.equal(met(client, name).result, "no", name) end
end)

check.test("one that names no suite cannot be told", function()
  check.equal(met(windows("ws2016", "rtm"), "azure-backup").result, "cannot tell")
end)

check.done "peers"
