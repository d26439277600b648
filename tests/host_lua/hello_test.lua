-- tls.hello: what holds for the hello of every release, patch state and layer, filters, what a policy makes of it, and
-- hellos of real clients. tests/wire/score.lua compares it with all recordings, where they are at hand.

package.path = package.path .. ";tests/wire/?.lua"
local check = require "check"
local cipher_suites = require "tls.cipher_suites"
local hello = require "tls.hello"
local lists = require "windows.suite_lists"
local native = require "native"
local recorded = require "recorded"
local releases = require "windows.releases"
local sources = require "windows.sources"

local function codes(made)
  local list = {}
  for index, name in ipairs(made.suites) do list[index] = cipher_suites.of(name).code end
  return table.concat(list, " ")
end

-- A machine of a release in a patch state.
local function machine(id, state, more)
  local facts = recorded.machine(id, more)
  local reached = false
  for _, step in ipairs(lists.ladder(id)) do
    reached = reached or step.state == state
    if step.kb then facts.updates[step.kb] = reached end
    if step.revision and reached then facts.revision = math.max(facts.revision, step.revision) end
  end
  check.equal(lists.states(facts)[1], state or "rtm", id)
  return facts
end

local RANK = { ["SSL 3.0"] = 0, ["TLS 1.0"] = 1, ["TLS 1.1"] = 2, ["TLS 1.2"] = 3, ["TLS 1.3"] = 4 }

local function place(list)
  local places = {}
  for index, row in ipairs(list) do
    local name = row.name or row
    places[name] = places[name] or index
  end
  return places
end

-- Whether a list is a part of another one, in its order.
local function is_part(list, whole, what)
  local places, last = place(whole), 0
  for _, name in ipairs(list) do
    assert(places[name] and places[name] > last, what .. ": " .. name)
    last = places[name]
  end
end

check.test("every release, state and layer: a part of Windows' own list in its order, and what goes with it", function()
  for _, row in ipairs(releases.list) do
    for _, step in ipairs(lists.ladder(row.id)) do
      for _, layer in ipairs(hello.names) do
        local what = ("%s %s %s"):format(row.id, step.state, layer)
        local made = hello.of(machine(row.id, step.state), layer)
        check.match(made.result, layer == "wininet" and "^%a" or "^yes$", what)
        is_part(made.suites, lists.own(row.id, step.state), what)
        assert(#made.suites >= 7 and #made.groups >= 2, what)
        for index, version in ipairs(made.versions) do
          assert(RANK[version], version)
          assert(index == 1 or RANK[version] < RANK[made.versions[index - 1]], what)
        end
        check.equal(#made.signature_algorithms > 0, RANK[made.versions[1]] >= RANK["TLS 1.2"], what)
        for _, name in ipairs(made.suites) do
          local suite = cipher_suites.of(name)
          assert(suite.cipher ~= "NULL" and suite.kex ~= "PSK" and #suite.code == 4, what .. ": " .. name)
          assert(suite.newest ~= "TLS 1.3" or made.versions[1] == "TLS 1.3", what .. ": " .. name)
        end
      end
    end
  end
end)

check.test("a filter that leaves out leaves the rest as it was, and none invents a version", function()
  for _, id in ipairs { "win7-sp1", "win81", "win10-1511", "win10-1803", "win11-21h2", "ws2025" } do
    for _, layer in ipairs(hello.names) do
      local whole = hello.of(machine(id, lists.ladder(id)[1].state, { revision = 99999 }), layer, { "plain" })
      for _, filter in ipairs(hello.FILTERS) do
        local made = hello.of(machine(id, lists.ladder(id)[1].state, { revision = 99999 }), layer,
          { "plain", filter.name })
        assert(sources.tags[filter.source] and filter.mark, filter.name)
        if filter.drops then is_part(made.suites, whole.suites, id .. filter.name) end
        if filter.to then assert(RANK[made.versions[1]] <= RANK[filter.to], filter.name) end
        if filter.from then assert(RANK[made.versions[#made.versions]] >= RANK[filter.from], filter.name) end
        check.equal(made.filters, filter.plain and {} or { filter.name }, id .. filter.name)
      end
    end
  end
end)

-- Hellos of real clients: release, patch state, layer, filters, what else is known; suites, groups, highest version.
local E_RSA, DSS = "c028 c027 c014 c013", "006a 0040 0038 0032"
local CLIENTS = {
  { "vista-sp2", "rtm", "wininet", {}, {}, "002f 0035 0005 000a c009 c00a c013 c014 0032 0038 0013 0004",
    "secp256r1 secp384r1 secp521r1", "TLS 1.0" },
  { "win7-sp1", "rtm", "wininet", {}, {}, "002f 0035 0005 000a c013 c014 c009 c00a 0032 0038 0013 0004",
    "secp256r1 secp384r1", "TLS 1.0" },
  { "win7-sp1", "2016-06", "wininet", {}, { explorer = 11 }, E_RSA .. " 009f 009e 0039 0033 009d 009c 003d 003c " ..
    "0035 002f c02c c02b c024 c023 c00a c009 " .. DSS .. " 000a 0013", "secp256r1 secp384r1", "TLS 1.2" },
  { "win8", "2015-05", "winhttp", {}, {}, "c014 c013 0035 002f c00a c009 0038 0032 000a 0013 0005 0004",
    "secp256r1 secp384r1", "TLS 1.0" },
  { "win10-1507", "rtm", "wininet", {}, {}, "c030 c02f " .. E_RSA .. " 009f 009e 009d 009c 003d 003c 0035 002f c02c " ..
    "c02b c024 c023 c00a c009 " .. DSS .. " 000a 0013", "secp256r1 secp384r1", "TLS 1.2" },
  { "win10-1703", "rtm", "schannel", {}, {}, "c02c c02b c030 c02f 009f 009e c024 c023 c028 c027 c00a c009 c014 c013 " ..
    "009d 009c 003d 003c 0035 002f 000a 0005 0004", "x25519 secp256r1 secp384r1", "TLS 1.2" },
  { "win10-1703", "rtm", "wininet", {}, {}, "c02c c02b c030 c02f c024 c023 c028 c027 c00a c009 c014 c013 009d 009c " ..
    "003d 003c 0035 002f 000a", "x25519 secp256r1 secp384r1", "TLS 1.2" },
  { "win11-21h2", "rtm", "winhttp", {}, {}, "1302 1301 c02c c02b c030 c02f c024 c023 c028 c027 c00a c009 c014 c013 " ..
    "009d 009c 003d 003c 0035 002f", "x25519 secp256r1 secp384r1", "TLS 1.3" },
  { "win10-1909", "rtm", "winhttp", { "up-to-tls-1.0" }, {}, "c00a c009 c014 c013 0035 002f 000a",
    "x25519 secp256r1 secp384r1", "TLS 1.0" },
}

check.test("what real clients sent", function()
  for _, client in ipairs(CLIENTS) do
    local made = hello.of(machine(client[1], client[2], client[5]), client[3], client[4])
    local what = table.concat({ client[1], client[2], client[3] }, " ")
    check.equal(codes(made), client[6], what)
    check.equal(table.concat(made.groups, " "), client[7], what)
    check.equal(made.versions[1], client[8], what)
  end
end)

check.test("WinHTTP stops sending DHE with GCM in July 2019, and what cannot be told is said", function()
  for revision, expected in pairs { [884] = "strong-crypto", [885] = "strong-crypto no-dhe-gcm" } do
    local made = hello.of(machine("win10-1803", "rtm", { revision = revision }), "winhttp")
    check.equal(table.concat(made.filters, " "), expected)
  end
  local facts = machine("win10-1803", "rtm")
  facts.revision = nil
  local made = hello.of(facts, "winhttp")
  check.equal(made.result, "cannot tell")
  check.any(made.why, "which updates")
  facts = machine("win7-sp1", "2016-06")
  facts.updates.KB3161639 = "unknown"
  made = hello.of(facts, "schannel")
  check.equal(made.result, "cannot tell")
  check.any(made.why, "which updates")
  check.match(codes(made), " 0039 ")
end)

check.test("a policy's order: its curves come as its suites name them", function()
  local rsa, ecdsa = "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"
  local facts = machine("win7-sp1", "2016-06", { explorer = 11 })
  facts.order = { policy = table.concat({ ecdsa .. "_P384", rsa .. "_P521", rsa .. "_P256" }, ",") }
  local made = hello.of(facts, "wininet")
  check.equal(codes(made), "c02b c014")
  check.equal(table.concat(made.groups, " "), "secp384r1 secp521r1 secp256r1")
  made = hello.of(facts, "wininet", { "up-to-tls-1.0" })
  check.equal(codes(made), "c014")
  check.equal(table.concat(made.groups, " "), "secp521r1 secp256r1")
  facts.order = { policy = "TLS_RSA_WITH_AES_128_CBC_SHA" }
  check.equal(hello.of(facts, "wininet").groups, {})
end)

check.test("a machine: what its values ask for", function()
  local SETTINGS = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Internet Settings"
  local function of(name, layer, key, value, data)
    local env = native.machine(name)
    if key then env:put(key, value, data) end
    local facts = env:require "tls.facts".read()
    facts.layers = env:require "tls.layer_facts".read()
    local made = hello.of(facts, layer)
    return ("%s: %s"):format(made.versions[1], table.concat(made.filters, " "))
  end
  local net = "HKLM\\SOFTWARE\\Microsoft\\.NETFramework\\v4.0.30319"
  check.equal(of("win7-sp1-x64", "winhttp"), "TLS 1.0: ")
  check.equal(of("win7-sp1-x64+KB3140245", "winhttp", SETTINGS .. "\\WinHttp", "DefaultSecureProtocols", 0xA00),
    "TLS 1.2: ")
  check.equal(of("win7-sp1-x64", "winhttp", SETTINGS .. "\\WinHttp", "DefaultSecureProtocols", 0xA00), "TLS 1.0: ")
  check.equal(of("win7-sp1-x64", "wininet"), "TLS 1.0: ")
  check.equal(of("win7-sp1-x64+ie-11", "wininet"), "TLS 1.2: strong-crypto")
  check.equal(of("win10-1803-x64+user-a0", "wininet"), "TLS 1.0: strong-crypto no-dhe-gcm")
  check.equal(of("win10-1803-x64+2019-07", "winhttp"), "TLS 1.2: strong-crypto no-dhe-gcm")
  check.equal(of("ws2012r2-x64", "net"), "TLS 1.0: ")
  check.equal(of("ws2012r2-x64", "net", net, "SchUseStrongCrypto", 1), "TLS 1.2: strong-crypto")
  check.equal(of("ws2012r2-x64", "net", net, "SystemDefaultTlsVersions", 1), "TLS 1.2: ")
  check.equal(of("ws2022-x64", "net"), "TLS 1.3: strong-crypto")
end)

check.test("names that there are not", function()
  local made, why = hello.of(machine "win81", "winsock")
  check.equal(made, nil)
  check.match(why, "schannel, winhttp, wininet, net")
  made, why = hello.of(machine "win81", "winhttp", { "strong-crypto", "no-md5" })
  check.equal(made, nil)
  check.match(why, '"no%-md5".*strong%-crypto, no%-rc4')
end)

check.done "hello"
