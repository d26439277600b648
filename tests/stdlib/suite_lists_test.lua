-- tls.cipher_suites, tls.curves and windows.suite_lists: the lists of the documented releases by number and checksum
-- (made from the pages, not from the tables), patch states for every answer of the facts, curves and signature
-- algorithms. tests/wire/test_documented.lua says what differs, where the pages are at hand.

local check = require "check"
local cipher_suites = require "tls.cipher_suites"
local curves = require "tls.curves"
local lists = require "windows.suite_lists"
local releases = require "windows.releases"
local sources = require "windows.sources"

local function checksum(text)
  local sum = 0
  for at = 1, #text do sum = (sum * 31 + text:byte(at)) % 2 ^ 31 // 1 | 0 end
  return sum
end

local function spelled(suite) return suite.curve and suite.name .. "_" .. suite.curve or suite.name end

local function own(id, state)
  local names = {}
  for _, suite in ipairs(lists.own(id, state)) do names[#names + 1] = spelled(suite) end
  return names
end

local function known(id)
  local names, before = {}, releases.by_id[id].nt ~= "10.0"
  for _, code in ipairs(cipher_suites.codes()) do
    for _, curve in ipairs(before and { "", "_P256", "_P384", "_P521" } or { "" }) do
      local name = cipher_suites.by_code(code).name .. curve
      if lists.knows(id, name) then names[#names + 1] = name end
    end
  end
  table.sort(names)
  return names
end

-- Ours, names in order, their checksum joined by commas, names known, theirs sorted.
local PAGES = {
  { "vista-sp2 ws2008-sp2", 24, 0x397babe9, 32, 0x16a40253 }, { "win7-sp1 win81", 40, 0x4d98334f, 59, 0x484d9971 },
  { "win8 win8-embedded ws2012", 38, 0x34f990cb, 57, 0x5a464807 }, { "win10-1507", 34, 0x1c573260, 43, 0x58d09c9a },
  { "win10-1511", 34, 0x575f0a82, 43, 0x58d09c9a }, { "win10-1607 ws2016", 32, 0x392ab237, 45, 0x7c61b0a9 },
  { "win10-1703", 25, 0x11b2c4df, 45, 0x7c61b0a9 },
  { "win10-1709 win10-1803 ws2019 win10-1903 win10-1909 win10-2004 win10-21h2", 23, 0x1446cd51, 45, 0x7c61b0a9 },
  { "win10-22h2", 20, 0x5a1f6ce5, 45, 0x7c61b0a9 }, { "ws2022 win11-21h2", 25, 0x5a6fb171, 48, 0x2ffe16ff },
  { "win11-22h2 win11-24h2 win11-25h2 ws-23h2 ws2025", 22, 0x1f376905, 48, 0x2ffe16ff },
}

check.test("the documented lists are whole and in order", function()
  for _, page in ipairs(PAGES) do
    for id in page[1]:gmatch "%S+" do
      local names, all = own(id), known(id)
      check.equal({ #names, checksum(table.concat(names, ",")) }, { page[2], page[3] }, id)
      check.equal({ #all, checksum(table.concat(all, ",")) }, { page[4], page[5] }, id .. ", known")
    end
  end
end)

check.test("every release has a list for each of its states, with a source, and knows what stands in it", function()
  for _, row in ipairs(releases.list) do
    for _, step in ipairs(lists.ladder(row.id)) do
      local list = lists.own(row.id, step.state)
      assert(list and #list > 10, row.id .. step.state)
      local seen = {}
      for _, suite in ipairs(list) do
        local name = spelled(suite)
        assert(not seen[name], row.id .. ": twice " .. name)
        seen[name] = true
        check.equal(lists.knows(row.id, name, step.state), true, row.id .. step.state .. ": " .. name)
      end
      local source, mark = lists.source(row.id, step.state)
      for tag in source:gmatch "[^; ]+" do assert(sources.tags[tag], tag) end
      check.match(mark, "^S")
      assert(#lists.signatures(row.id, step.state) >= 7)
    end
    for _, curve in ipairs(lists.curves(row.id).all) do assert(curve.iana and curve.fips ~= nil, curve.name) end
  end
end)

check.test("states: what the updates leave possible, newest first", function()
  local function states(release, updates, revision)
    return table.concat(lists.states { release = release, updates = updates, revision = revision }, " ")
  end
  check.equal(states("win81", { KB3161639 = true, KB3042058 = false, KB2919355 = "unknown" }), "2016-06")
  check.equal(states("win81", { KB3161639 = false, KB3042058 = false, KB2919355 = false }), "rtm")
  check.equal(states("win81", { KB3161639 = "unknown", KB3042058 = false, KB2919355 = true }), "2016-06 2014-04")
  check.equal(states "win81", "2016-06 2015-05 2014-04 rtm")
  check.equal(states "win7-sp1", "2016-06 2015-05 rtm")
  check.equal(states("win7-sp1", { KB3161639 = false, KB3042058 = true }), "2015-05")
  check.equal(states("ws2012", { KB3161639 = true, KB3042058 = false }), "rtm") -- not made for 6.2
  check.equal(states "win7-rtm", "rtm")
  check.equal(states "win10-1511", "2016-06 rtm")
  check.equal(states("win10-1511", nil, 419), "rtm")
  check.equal(states("win10-1511", nil, 420), "2016-06")
  check.equal(states("win10-1507", nil, 16942), "2016-06")
  check.equal(states("win10-22h2", { KB3161639 = false }, 1), "rtm")
  check.equal(states "nothing", "")
end)

check.test("names: spelled for another Windows, brought by an update, unknown", function()
  local bare = "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"
  check.equal(lists.knows("win7-sp1", bare), false)
  check.equal(lists.knows("win7-sp1", bare .. "_P256"), true)
  check.equal(lists.knows("win10-1607", bare .. "_P256"), true)
  check.equal(lists.knows("win10-1607", bare), true)
  check.equal(lists.knows("win7-sp1", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384_P256"), false)
  check.equal(lists.knows("win7-sp1", "TLS_RSA_WITH_AES_128_CBC_SHA_P256"), false)
  check.equal(lists.knows("win7-sp1", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256_P256"), false)
  check.equal(lists.knows("win10-1607", "TLS_AES_128_GCM_SHA256"), false)
  check.equal(lists.knows("ws2022", "TLS_CHACHA20_POLY1305_SHA256"), true)
  check.equal(lists.knows("win7-sp1", "TLS_DHE_RSA_WITH_AES_128_CBC_SHA", "2015-05"), nil)
  check.equal(lists.knows("win7-sp1", "TLS_RSA_WITH_AES_128_GCM_SHA256", "rtm"), nil)
  check.equal(lists.knows("win7-sp1", "TLS_RSA_WITH_AES_128_GCM_SHA256", "2015-05"), true)
  check.equal(lists.knows("ws2012", "TLS_DHE_RSA_WITH_AES_128_CBC_SHA"), false)
  check.equal(cipher_suites.of(bare .. "_P256"), nil)
  check.equal(cipher_suites.of "TLS_RSA_WITH_CAMELLIA_128_CBC_SHA", nil)
end)

check.test("suites: what a name says", function()
  local function of(name)
    local s = cipher_suites.of(name)
    return table.concat({ s.code, s.kex, s.auth, s.cipher, s.bits, s.mac, s.hash, s.oldest, s.newest,
      s.strong and "strong" or "weak" }, " ")
  end
  check.equal(of "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "c030 ECDHE RSA AES 256 AEAD SHA384 TLS 1.2 TLS 1.2 strong")
  check.equal(of "TLS_DHE_DSS_WITH_AES_128_CBC_SHA", "0032 DHE DSS AES 128 SHA SHA TLS 1.0 TLS 1.2 weak")
  check.equal(of "TLS_RSA_EXPORT_WITH_RC4_40_MD5", "0003 RSA RSA RC4 40 MD5 MD5 SSL 3.0 TLS 1.2 weak")
  check.equal(of "TLS_RSA_WITH_NULL_SHA256", "003b RSA RSA NULL 0 SHA256 SHA256 TLS 1.2 TLS 1.2 weak")
  check.equal(of "TLS_PSK_WITH_AES_128_CBC_SHA256", "00ae PSK PSK AES 128 SHA256 SHA256 TLS 1.2 TLS 1.2 weak")
  check.equal(of "TLS_CHACHA20_POLY1305_SHA256", "1303 ANY ANY CHACHA20 256 AEAD SHA256 TLS 1.3 TLS 1.3 strong")
  check.equal(of "SSL_CK_DES_192_EDE3_CBC_WITH_MD5", "0700c0 RSA RSA 3DES 168 MD5 MD5 SSL 2.0 SSL 2.0 weak")
end)

check.test("curves by name, in any case", function()
  local function iana(name) return (curves.of(name) or { iana = "none" }).iana end
  for name, expected in pairs { curve25519 = "x25519", NISTP256 = "secp256r1", secP521r1 = "secp521r1",
    brainpoolp256R1 = "brainpoolP256r1", x25519_mlkem768 = "X25519MLKEM768", nistP255 = "none", x25519 = "none" } do
    check.equal(iana(name), expected, name)
  end
  check.equal(curves.of("nistP384").fips, true)
  check.equal(curves.of("secP384r1").fips, false) -- as the page has it, though it is the same curve
end)

check.done "suite_lists"
