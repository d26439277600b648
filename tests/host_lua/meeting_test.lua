-- tls.meeting: what two sides come to. What a person can check by hand, and properties of made-up sides.

local check = require "check"
local meeting = require "tls.meeting"

local GCM, CBC = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256"
local DHE, PLAIN = "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_RSA_WITH_AES_128_CBC_SHA"
local OLD = "TLS_RSA_WITH_RC4_128_SHA"
local ECDSA, LAST = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384"

local function rows(names)
  local list = {}
  for _, name in ipairs(names) do
    list[#list + 1] = type(name) == "table" and name or { name = name, sure = true }
  end
  return list
end

local function versions(names)
  local set = {}
  for _, name in ipairs(names) do set[name] = "yes" end
  return set
end

local function side(names, suites, groups, more)
  local made = { versions = versions(names), suites = rows(suites), groups = rows(groups or { "secp256r1" }),
    certificates = { "RSA" }, order = "server" }
  for key, value in pairs(more or {}) do made[key] = value end
  return made
end

local function expect(client, server, expected, pattern)
  local met = meeting.meet(client, server)
  for _, key in ipairs { "result", "version", "suite", "group" } do check.equal(met[key], expected[key], key) end
  if pattern then check.match(met.why, pattern) end
end

check.test("the highest version in common, and the server's order", function()
  local client = side({ "TLS 1.0", "TLS 1.1", "TLS 1.2" }, { PLAIN, CBC, GCM })
  expect(client, side({ "TLS 1.1", "TLS 1.2", "TLS 1.3" }, { LAST, GCM, CBC, PLAIN }),
    { result = "yes", version = "TLS 1.2", suite = GCM, group = "secp256r1" })
  expect(client, side({ "TLS 1.2" }, { GCM, CBC, PLAIN }, nil, { order = "client" }),
    { result = "yes", version = "TLS 1.2", suite = PLAIN })
  expect(client, side({ "TLS 1.1" }, { GCM, CBC, PLAIN }), { result = "yes", version = "TLS 1.1", suite = PLAIN })
end)

check.test("no version, no suite in common", function()
  expect(side({ "TLS 1.0" }, { PLAIN }), side({ "TLS 1.3", "TLS 1.2" }, { PLAIN }), { result = "no" },
    "offers TLS 1%.0, the server takes TLS 1%.3, TLS 1%.2$")
  expect(side({}, { PLAIN }), side({ "TLS 1.2" }, { PLAIN }), { result = "no" }, "client offers no version")
  expect(side({ "TLS 1.2" }, { DHE, PLAIN }), side({ "TLS 1.2" }, { GCM, CBC }), { result = "no" },
    "no cipher suite in common for TLS 1%.2")
end)

check.test("ECDHE needs a curve; before 10 the one that is in the name of the suite", function()
  local bound = { { name = CBC, curve = "P384", sure = true }, { name = CBC, curve = "P256", sure = true } }
  expect(side({ "TLS 1.2" }, { GCM }, { "secp521r1" }), side({ "TLS 1.2" }, { GCM }), { result = "no" },
    "no curve in common: the client has secp521r1, the server secp256r1")
  expect(side({ "TLS 1.2" }, { GCM }, {}), side({ "TLS 1.2" }, { GCM }), { result = "no" }, "one side has none")
  expect(side({ "TLS 1.2" }, { CBC }, { "secp256r1", "secp384r1" }),
    side({ "TLS 1.2" }, bound, { "secp256r1", "secp384r1" }),
    { result = "yes", version = "TLS 1.2", suite = CBC, group = "secp384r1" })
  expect(side({ "TLS 1.2" }, bound, { "secp256r1", "secp384r1" }), side({ "TLS 1.2" }, { CBC }, { "secp521r1" }),
    { result = "no" }, "no curve in common")
end)

check.test("a certificate of the other kind, Diffie-Hellman that is too short, no signature", function()
  expect(side({ "TLS 1.2" }, { GCM }), side({ "TLS 1.2" }, { GCM }, nil, { certificates = { "ECDSA" } }),
    { result = "no" }, "certificate with a key of ECDSA")
  expect(side({ "TLS 1.2" }, { DHE }, nil, { dh_least = 2048 }), side({ "TLS 1.2" }, { DHE }, nil, { dh_bits = 1024 }),
    { result = "no" }, "1024 bits, the client asks for 2048")
  expect(side({ "TLS 1.2" }, { DHE }, nil, { dh_least = 2048 }), side({ "TLS 1.2" }, { DHE }),
    { result = "cannot tell" })
  expect(side({ "TLS 1.2" }, { GCM }, nil, { signatures = { "ecdsa_secp256r1_sha256" } }),
    side({ "TLS 1.2" }, { GCM }), { result = "no" }, "no signature algorithm")
  expect(side({ "TLS 1.2" }, { GCM }, nil, { signatures = { "rsa_pkcs1_sha1" } }), side({ "TLS 1.2" }, { GCM }),
    { result = "cannot tell" })
end)

check.test("a certificate that is not known decides where its kind does", function()
  local either = { certificates = { "RSA", "ECDSA" } }
  expect(side({ "TLS 1.2" }, { ECDSA, GCM }), side({ "TLS 1.2" }, { GCM, ECDSA }, nil, either),
    { result = "yes", version = "TLS 1.2", suite = GCM, group = "secp256r1" })
  expect(side({ "TLS 1.2" }, { GCM }), side({ "TLS 1.2" }, { GCM, ECDSA }, nil, either), { result = "cannot tell" },
    "with a key of ECDSA it fails")
  expect(side({ "TLS 1.2" }, { OLD }), side({ "TLS 1.2" }, { GCM }, nil, either), { result = "no" })
end)

check.test("what is not sure is neither yes nor no", function()
  local perhaps = { name = GCM, sure = false }
  expect(side({ "TLS 1.2" }, { perhaps }), side({ "TLS 1.2" }, { GCM }), { result = "cannot tell" },
    "cannot be told: TLS 1%.2, TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384")
  expect(side({ "TLS 1.2" }, { perhaps, PLAIN }), side({ "TLS 1.2" }, { GCM, PLAIN }),
    { result = "yes", version = "TLS 1.2", suite = PLAIN }, "this comes about instead")
  local open = side({ "TLS 1.2" }, {}, nil, { open = true })
  expect(side({ "TLS 1.2" }, { GCM }), open, { result = "cannot tell" }, "the server has is not known")
  local late = side({ "TLS 1.2" }, { LAST, GCM })
  late.versions["TLS 1.3"] = "cannot tell"
  expect(side({ "TLS 1.2", "TLS 1.3" }, { LAST, GCM }), late,
    { result = "yes", version = "TLS 1.2", suite = GCM, group = "secp256r1" }, "TLS 1%.3, TLS_AES_256_GCM_SHA384")
end)

check.test("TLS 1.3 is chosen before its suite: without one it cannot be told what comes", function()
  expect(side({ "TLS 1.2", "TLS 1.3" }, { GCM }), side({ "TLS 1.2", "TLS 1.3" }, { LAST, GCM }),
    { result = "cannot tell" }, "TLS 1%.3 is common, a cipher suite for it is not")
  expect(side({ "TLS 1.3" }, { GCM }), side({ "TLS 1.3" }, { LAST, GCM }), { result = "no" })
end)

check.test("an order that is not known names the suite where there is but one", function()
  local server = side({ "TLS 1.2" }, { GCM, CBC })
  server.order = nil
  expect(side({ "TLS 1.2" }, { CBC }), server,
    { result = "yes", version = "TLS 1.2", suite = CBC, group = "secp256r1" })
  expect(side({ "TLS 1.2" }, { CBC, GCM }), server, { result = "yes", version = "TLS 1.2" }, "is not known")
end)

-- Sides that are made up, by a generator of its own so that every run is the same.
local seed = 1
local function random(most)
  seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
  return (seed >> 8) % most + 1
end

local SUITES = { GCM, CBC, DHE, PLAIN, OLD, ECDSA, LAST, "TLS_AES_128_GCM_SHA256",
  "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", "TLS_DHE_DSS_WITH_AES_128_CBC_SHA", "TLS_PSK_WITH_AES_128_GCM_SHA256" }
local GROUPS = { "x25519", "secp256r1", "secp384r1" }
local CURVES = { "P256", "P384", nil, nil, nil }
local SIGNATURES = { { "rsa_pkcs1_sha256", "ecdsa_secp256r1_sha256", "rsa_pss_rsae_sha256" }, { "rsa_pkcs1_sha1" },
  { "rsa_pkcs1_sha256" }, nil, nil }

local function some(list, doubt)
  local result = {}
  for _ = 1, 2 + random(8) do
    local name = list[random(#list)]
    result[#result + 1] = { name = name, sure = random(6) > 1 or not doubt,
      curve = name:find "ECDHE" and CURVES[random(5)] or nil }
  end
  return result
end

local function made_up(doubt)
  local made = { versions = {}, suites = some(SUITES, doubt), groups = some(GROUPS, doubt),
    signatures = SIGNATURES[random(5)], dh_least = ({ 1024, 2048 })[random(2)],
    dh_bits = ({ 1024, 2048, nil })[random(3)],
    certificates = ({ { "RSA" }, { "RSA" }, { "ECDSA" }, { "RSA", "ECDSA" } })[random(4)],
    order = ({ "server", "client", nil })[random(3)] }
  for _, name in ipairs(meeting.VERSIONS) do
    local chance = random(6)
    made.versions[name] = chance > 2 and "yes" or chance == 2 and doubt and "cannot tell" or nil
  end
  return made
end

local function copy(value)
  if type(value) ~= "table" then return value end
  local result = {}
  for key, item in pairs(value) do result[key] = copy(item) end
  return result
end

local function has(list, name)
  for _, row in ipairs(list) do
    if row.name == name then return true end
  end
  return false
end

check.test("what is picked, both sides offer", function()
  local yes = 0
  for _ = 1, 5000 do
    local client, server = made_up(true), made_up(true)
    local met = meeting.meet(client, server)
    if met.result == "yes" then
      yes = yes + 1
      check.equal(client.versions[met.version] and server.versions[met.version], "yes", "version")
      check.equal(not met.suite or has(client.suites, met.suite) and has(server.suites, met.suite), true, "suite")
      check.equal(not met.group or has(client.groups, met.group) and has(server.groups, met.group), true, "group")
    else
      check.equal(type(met.why), "string")
      check.equal(met.version or met.suite or met.group, nil)
    end
  end
  check.equal(yes > 500, true, "enough of them come together")
end)

-- One of the worlds that a side with doubts may stand for.
local function world(made)
  local result = copy(made)
  for name, answer in pairs(made.versions) do
    if answer == "cannot tell" then result.versions[name] = random(2) == 1 and "yes" or nil end
  end
  for _, field in ipairs { "suites", "groups" } do
    result[field] = {}
    for _, row in ipairs(made[field]) do
      if row.sure or random(2) == 1 then
        table.insert(result[field], { name = row.name, curve = row.curve, sure = true })
      end
    end
  end
  result.certificates = { made.certificates[random(#made.certificates)] }
  result.order = made.order or ({ "server", "client" })[random(2)]
  return result
end

check.test("a yes and a no hold in every world that the doubts leave", function()
  local seen = { yes = 0, no = 0, ["cannot tell"] = 0 }
  for _ = 1, 3000 do
    local client, server = made_up(true), made_up(true)
    local met = meeting.meet(client, server)
    seen[met.result] = seen[met.result] + 1
    for _ = 1, met.result == "cannot tell" and 0 or 6 do
      local one = meeting.meet(world(client), world(server))
      check.equal(one.result, met.result)
    end
  end
  for answer, count in pairs(seen) do check.equal(count > 100, true, answer) end
end)

check.test("without a suite that one side had, nothing gets better", function()
  local RANK = { no = 0, ["cannot tell"] = 1, yes = 2 }
  for _ = 1, 5000 do
    local client, server = made_up(true), made_up(true)
    local before = RANK[meeting.meet(client, server).result]
    local loser = random(2) == 1 and client or server
    table.remove(loser.suites, random(#loser.suites))
    check.equal(RANK[meeting.meet(client, server).result] <= before, true)
  end
end)

check.done "meeting"
