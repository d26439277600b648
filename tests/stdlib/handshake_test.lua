-- tls.handshake: what a role of a machine offers and why, from facts alone. Examples by hand; tests on random machines,
-- against a second implementation, are elsewhere.

local check = require "check"
local handshake = require "tls.handshake"
local native = require "native"
local protocols = require "tls.protocols"

local POLICY = "HKLM\\SOFTWARE\\Policies\\Microsoft\\Cryptography\\Configuration\\SSL\\00010002"
local SCHANNEL = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL"
local FIPS = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Lsa\\FipsAlgorithmPolicy"

-- The facts of a built-in machine on which some values are set: { key, name, data } each.
local function facts_of(name, values)
  local machine = native.machine(name)
  for _, value in ipairs(values or {}) do machine:put(value[1], value[2], value[3]) end
  return machine:require("tls.facts").read()
end

local function offer(facts, role, named)
  local side = handshake.side(facts, role or "Client")
  return handshake.offer(side, named), side
end

local function modern(name, values, role)
  local result = offer(facts_of(name, values), role)
  return result.modern, result.why
end

local function order(text) return { POLICY, "Functions", text } end
local function off(path) return { SCHANNEL .. "\\" .. path, "Enabled", 0 } end

check.test("a fresh machine does what its release does", function()
  for name, wanted in pairs { ["win7-sp1-x64"] = "no", ["ws2008-sp2-x64"] = "no", ["ws2012-x64"] = "yes",
    ["win10-1507-x64"] = "yes", ["ws2016-x64"] = "yes", ["ws2025-x64"] = "yes" } do
    for _, role in ipairs { "Client", "Server" } do check.equal(modern(name, {}, role), wanted, name .. role) end
  end
end)

check.test("no order, no handshake", function()
  for _, text in ipairs { "", ",", "ECDHE-RSA-AES256-GCM-SHA384,AES128-SHA", "TLS_PSK_WITH_AES_128_GCM_SHA256",
    "TLS_RSA_WITH_NULL_SHA256", "TLS_RSA_WITH_RC4_128_SHA,TLS_RSA_WITH_3DES_EDE_CBC_SHA" } do
    check.equal(modern("ws2022-x64", { order(text) }), "no", text)
  end
  local result = offer(facts_of("ws2022-x64", { order "" }))
  check.equal(result.versions["TLS 1.2"], { answer = "no", why = "no cipher suite of the order is one for TLS 1.2" })
end)

check.test("a curve at the end: wanted before 10, overridden from 10 on", function()
  local plain, suffixed = "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256_P256"
  check.equal(modern("ws2012r2-x64", { order(plain) }), "no")
  check.equal(modern("ws2012r2-x64", { order(suffixed) }), "yes")
  check.equal(modern("ws2016-x64", { order(plain) }), "yes")
  check.equal(modern("ws2016-x64", { order(suffixed) }), "yes")
  local answer, why = modern("ws2016-x64", { order "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384_P256" })
  check.equal(answer, "cannot tell")
  check.match(why, "no Windows has had")
  local _, side = offer(facts_of("ws2016-x64", { order(plain .. "," .. suffixed) }))
  check.equal(side.lost, { { name = suffixed, why = "stands there twice" } })
end)

check.test("what no document allows makes nothing sure", function()
  for _, data in ipairs { { "TLS_RSA_WITH_AES_128_CBC_SHA" }, 7 } do
    local answer, why = modern("ws2019-x64", { { POLICY, "Functions", data } })
    check.equal(answer, "cannot tell")
    check.match(why, "Functions of the policy is no REG_SZ")
  end
  local long = ("TLS_RSA_WITH_AES_128_CBC_SHA256,"):rep(33)
  check.equal(modern("ws2019-x64", { order(long) }), "cannot tell")
  check.equal(modern("ws2019-x64", { order "TLS_RSA_WITH_AES_128_CBC_SHA256 " }), "cannot tell")
  check.equal(modern("ws2019-x64", { { SCHANNEL .. "\\Protocols\\TLS 1.2\\Client", "Enabled", "1" } }), "cannot tell")
end)

check.test("switches of algorithms", function()
  local exchange = { off "KeyExchangeAlgorithms\\ECDH", off "KeyExchangeAlgorithms\\Diffie-Hellman",
    off "KeyExchangeAlgorithms\\PKCS" }
  local answer, why = modern("ws2019-x64", exchange)
  check.equal(answer, "no")
  check.match(why, "KeyExchangeAlgorithms\\%S+ is switched off")
  check.equal(modern("ws2019-x64", { off "Ciphers\\AES 128/128", off "Ciphers\\AES 256/256" }), "no")
  check.equal(modern("ws2019-x64", { off "Ciphers\\AES 128/128" }), "yes")
  local _, side = offer(facts_of("ws2019-x64", { off "KeyExchangeAlgorithms\\PKCS" }))
  for _, row in ipairs(side.suites) do
    check.equal(row.name:find "^TLS_RSA_", nil, row.name)
    check.equal(row.sure, row.name:find "_RSA_" == nil, row.name)
  end
end)

check.test("FIPS mode takes what FIPS does not allow", function()
  for _, name in ipairs { "Enabled", "MDMEnabled" } do
    local _, side = offer(facts_of("ws2016-x64", { { FIPS, name, 1 } }))
    for _, row in ipairs(side.suites) do check.equal(row.name:find "RC4" or row.name:find "NULL", nil, row.name) end
    for _, group in ipairs(side.groups) do check.equal(group.name:find "25519", nil) end
    check.equal(offer(facts_of("ws2016-x64", { { FIPS, name, 1 } })).modern, "yes")
  end
end)

check.test("one curve, and none", function()
  local _, side = offer(facts_of("ws2016-x64", { { POLICY, "EccCurves", { "secP521r1" } } }))
  check.equal(side.groups, { { name = "secp521r1", sure = true } })
  _, side = offer(facts_of("ws2022-x64", { { POLICY, "EccCurves", { "P-256" } } }))
  check.equal(side.groups, {})
  for _, row in ipairs(side.suites) do check.equal(row.name:find "ECDHE" or row.name:find "^TLS_AES", nil, row.name) end
end)

check.test("TLS 1.3 without a suite of its own is not there", function()
  local facts = facts_of("ws2022-x64", { order "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384" })
  local result = offer(facts, "Server")
  check.equal(result.versions["TLS 1.3"].answer, "no")
  check.equal(result.modern, "yes")
end)

check.test("who asks by name gets what is on request, but no SSL that Windows has off", function()
  local facts = facts_of "win7-sp1-x64"
  check.equal(offer(facts).versions["TLS 1.2"].answer, "on request")
  local named = offer(facts, "Client", { ["TLS 1.2"] = true })
  check.equal(named.versions["TLS 1.2"].answer, "yes")
  check.equal(named.versions["TLS 1.0"].answer, "no")
  check.equal(named.modern, "yes")
  check.equal(offer(facts_of "ws2016-x64", "Client", { ["SSL 3.0"] = true }).versions["SSL 3.0"].answer, "on request")
end)

check.test("what a file does not hold is not known", function()
  local facts = facts_of "ws2016-x64"
  for _, fill in ipairs { function() facts.order.policy = { unknown = "HKLM\\SOFTWARE" } end,
    function() facts.protocols["TLS 1.2"].Client.Enabled = { unknown = "HKLM\\SYSTEM" } end,
    function() facts.exact = false end, function() facts.release = nil end } do
    fill()
    local result = offer(facts)
    check.equal(result.modern, "cannot tell")
    check.equal(type(result.why), "string")
  end
end)

check.test("every answer but yes has a reason", function()
  for _, name in ipairs { "vista-rtm-x86", "win7-sp1-x64", "win10-22h2-x64", "ws2025-x64" } do
    local result = offer(facts_of(name))
    for _, version in ipairs(protocols.NAMES) do
      check.equal(type(result.versions[version].why), "string", name .. version)
    end
  end
end)

check.test("Windows before Vista has nothing newer than TLS 1.0, whatever its values say", function()
  for _, nt in ipairs { "4.0", "5.0", "5.1", "5.2" } do
    local facts = facts_of("win7-sp1-x64", { { SCHANNEL .. "\\Protocols\\TLS 1.2\\Client", "Enabled", 1 },
      { SCHANNEL .. "\\Protocols\\TLS 1.2\\Client", "DisabledByDefault", 0 } })
    facts.nt, facts.release, facts.exact = nt, nil, false
    local result, side = offer(facts)
    check.equal(result.modern, "no", nt)
    check.equal(result.why, "Windows before Vista has no TLS 1.2", nt)
    check.equal(side.versions["TLS 1.1"].state, "not supported", nt)
    check.equal(side.versions["TLS 1.0"].state, "cannot tell", nt)
  end
end)

check.done "handshake"
