-- What Schannel offers as a client and accepts as a server, and why: the one model that says what happens on the wire.
-- A pure function of facts (tls.facts) and tables; looks at no machine, so that machine and overlay, before and after,
-- and a saved state are judged alike. What a program gets of it is handshake.offer; layers that choose by themselves
-- are tls.layers.
--
-- Three answers: whatever rests on something that is not known is "cannot tell", and never becomes a yes. Rules and
-- sources: docs/HANDSHAKE.md.

local cipher_suites = require "tls.cipher_suites"
local lists = require "windows.suite_lists"
local order = require "tls.suite_order"
local protocols = require "tls.protocols"
local versions = require "tls.versions"

local handshake = {}

-- The names of the keys below Ciphers, by cipher and bits.
local CIPHER_KEYS = { AES128 = "AES 128/128", AES256 = "AES 256/256", ["3DES168"] = "Triple DES 168",
  RC4128 = "RC4 128/128", RC440 = "RC4 40/128", RC456 = "RC4 56/128", DES56 = "DES 56/56", NULL0 = "NULL" }
local HASH_KEYS = { SHA = "SHA", MD5 = "MD5", SHA256 = "SHA256", SHA384 = "SHA384" }
local EXCHANGE_KEYS = { ECDHE = "ECDH", DHE = "Diffie-Hellman", RSA = "PKCS" }

-- What a switch of an algorithm does: "on", "off", or "open" with why.
local function switch(facts, family, name)
  local value, why = versions.number(facts.algorithms[family][name], ("Enabled of %s\\%s"):format(family, name))
  if why then return "open", why end
  if value == 0 then return "off", ("%s\\%s is switched off"):format(family, name) end
  return "on"
end

-- The switches that a suite depends on: family, name, and whether it is documented that the suite goes with it.
local function switches_of(suite)
  local result = {}
  local function add(family, name, sure)
    if name then result[#result + 1] = { family, name, sure } end
  end
  local modern = suite.kex == "ANY" -- of TLS 1.3: no text says that the keys hold for it
  add("Ciphers", CIPHER_KEYS[suite.cipher .. suite.bits], not modern)
  add("KeyExchangeAlgorithms", EXCHANGE_KEYS[suite.kex], true)
  if suite.kex == "ECDHE" or suite.kex == "DHE" then
    if suite.auth == "RSA" then add("KeyExchangeAlgorithms", "PKCS", false) end -- signs only: not said
  end
  if suite.mac ~= "AEAD" then
    add("Hashes", HASH_KEYS[suite.mac], true)
  else
    add("Hashes", HASH_KEYS[suite.hash], false) -- its hash is that of the key derivation alone
  end
  return result
end

-- FIPS mode: true, false, or nil with why.
local function fips_of(facts)
  local open
  for _, name in ipairs { "Enabled", "MDMEnabled" } do
    local value, why = versions.number(facts.fips[name], name .. " of FipsAlgorithmPolicy")
    if value and value ~= 0 then return true end
    open = open or why
  end
  if open then return nil, open end
  return false
end

local FIPS_CIPHERS = { AES = true, ["3DES"] = true }
local function fips_allows(suite) return FIPS_CIPHERS[suite.cipher] and suite.mac ~= "MD5" end

-- Whether the algorithms of this machine leave a suite: "yes", "no" or "cannot tell", and why.
local function allowed(facts, side, suite)
  local open
  for _, row in ipairs(switches_of(suite)) do
    local state, why = switch(facts, row[1], row[2])
    if state == "off" and row[3] then return "no", why end
    if state ~= "on" then open = open or why end
  end
  if side.fips ~= false and not fips_allows(suite) then
    if side.fips then return "no", "FIPS mode" end
    open = open or side.fips_why
  end
  if suite.kex == "ECDHE" or suite.kex == "ANY" then
    local found, sure = false, false
    for _, group in ipairs(side.groups) do
      if not group.only or suite.kex == "ANY" then found, sure = true, sure or group.sure end
    end
    if not found and not side.curves_open then return "no", "no curve is left" end
    if not sure then open = open or side.curves_open or "cannot tell which curves there are" end
  end
  return open and "cannot tell" or "yes", open
end

-- The curves: from 10 on those of the order of curves, before those that the names of suites carry.
local function groups_of(facts, side, names)
  local ordered = order.carries(facts) and order.carried(facts, names) or order.curves(facts)
  local result = {}
  for _, curve in ipairs(ordered.list) do
    local why = curve.lost or side.fips and not curve.fips and "FIPS mode"
    if why then
      side.lost[#side.lost + 1] = { name = curve.name, why = why }
    else
      result[#result + 1] = { name = curve.iana, only = curve.only,
        sure = curve.sure and (side.fips ~= nil or curve.fips) }
    end
  end
  side.curves_owner, side.curves_why, side.curves_open = ordered.owner, ordered.why, ordered.open
  return result
end

local function signatures_of(facts)
  local result = {}
  for _, name in ipairs(lists.signatures(facts.release, lists.states(facts)[1]) or {}) do
    local hash = name:match "(sha%d+)$"
    local key = hash == "sha1" and "SHA" or hash and hash:upper()
    if not key or switch(facts, "Hashes", key) ~= "off" then result[#result + 1] = name end
  end
  return result
end

-- A role of a machine: { role, versions = { [name] = { state, why, explicit } }, owner, owner_why, open, suites = { {
-- name, curve, sure, why } } in order, lost = { { name, why } }, groups = { { name, sure } }, signature_algorithms,
-- fips }. `suites` are those that are left after everything that this machine does to them; what is not `sure` may be
-- there or not, `why` says what it hangs on; `open`: there may be others (owner_why).
function handshake.side(facts, role)
  local names = order.suites(facts)
  local side = { role = role, versions = {}, owner = names.owner, owner_why = names.why, open = names.open,
    suites = {}, lost = {} }
  side.fips, side.fips_why = fips_of(facts)
  for _, protocol in ipairs(protocols.NAMES) do side.versions[protocol] = versions.of(facts, protocol, role) end
  side.groups = groups_of(facts, side, names)
  for _, row in ipairs(names.list) do
    local answer, why = "no", row.lost
    if not row.lost then answer, why = allowed(facts, side, cipher_suites.of(row.name)) end
    if answer == "no" then
      side.lost[#side.lost + 1] = { name = row.spelled or row.name, why = why }
    else
      side.suites[#side.suites + 1] = { name = row.name, curve = row.curve, sure = row.sure and answer == "yes",
        why = row.why or why }
    end
  end
  side.signature_algorithms = signatures_of(facts)
  return side
end

local RANK = {}
for rank, name in ipairs { "SSL 2.0", "SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3" } do RANK[name] = rank end
local LIKE = { ["DTLS 1.0"] = "TLS 1.1", ["DTLS 1.2"] = "TLS 1.2" }

-- Whether a suite may be used in a version.
function handshake.covers(suite, version)
  local rank = RANK[LIKE[version] or version]
  return RANK[suite.oldest] <= rank and rank <= RANK[suite.newest]
end

-- The suites of a side in a version: a list, and whether one of them is sure. strong: only those of today's strength.
local function suites_in(side, version, strong)
  local result, sure, open = {}, false, nil
  for _, row in ipairs(side.suites) do
    local suite = cipher_suites.of(row.name)
    if handshake.covers(suite, version) and (not strong or suite.strong) then
      result[#result + 1] = row
      sure = sure or row.sure
      open = open or row.why
    end
  end
  return result, sure, open
end

-- Why a side has no suite in a version: what took the last away, or what kind of order it has.
local function nothing_left(side, version)
  for _, row in ipairs(side.lost) do
    local suite = cipher_suites.of(row.name)
    if suite and handshake.covers(suite, version) then
      return ("no cipher suite is left for %s: %s: %s"):format(version, row.name, row.why)
    end
  end
  return ("no cipher suite of the order is one for %s"):format(version)
end

local function answer_of(side, version, named)
  local row = side.versions[version]
  if named and not named[version] then return { answer = "no", why = "the program does not ask for it" } end
  if row.state == "not supported" then return { answer = row.state, why = row.why } end
  if row.state == "off" then return { answer = "no", why = row.why } end
  -- That a program gets SSL by asking, where Windows itself has it off, is denied by OPT.
  if row.state == "on request" and not (named and (row.explicit or protocols.era(version) ~= "ssl")) then
    return { answer = "on request", why = row.why }
  end
  local found, sure, open = suites_in(side, version, false)
  local own = version == "SSL 2.0" -- has suites of its own
  if #found == 0 and not side.open and not own then return { answer = "no", why = nothing_left(side, version) } end
  if row.state == "cannot tell" and not (named and row.by_name) then
    return { answer = "cannot tell", why = row.why, suites = found }
  end
  if own then return { answer = "yes", why = row.why } end
  if not sure then return { answer = "cannot tell", why = open or side.owner_why, suites = found } end
  return { answer = "yes", why = row.why, suites = found }
end

local MODERN = {}
for _, name in ipairs(protocols.NAMES) do
  if protocols.is_modern(name) then MODERN[#MODERN + 1] = name end
end

-- Whether one version of today with one suite of today is left: the answer, and the first thing that stands in its way.
local function modern_of(side, answers)
  local worst, why = "no", nil
  for _, version in ipairs(MODERN) do
    local row = answers[version]
    local found, sure, open = suites_in(side, version, true)
    if row.answer == "yes" and sure then return "yes" end
    local may = row.answer == "yes" or row.answer == "cannot tell"
    if may and (#found > 0 or side.open) then
      worst, why = "cannot tell", row.answer == "yes" and (open or side.owner_why) or row.why
    elseif worst == "no" and version == "TLS 1.2" then
      why = may and ("no cipher suite that is left for %s is strong"):format(version) or row.why
    end
  end
  return worst, why
end

-- What a program gets of a side. named: the set of versions that it asks for by name ({ ["TLS 1.2"] = true }); nil for
-- one that leaves the choice to Schannel. Answers { versions = { [name] = { answer = "yes" | "no" | "on request" | "not
-- supported" | "cannot tell", why, suites } }, modern = "yes" | "no" | "cannot tell", why }.
function handshake.offer(side, named)
  local result = { versions = {} }
  for _, version in ipairs(protocols.NAMES) do result.versions[version] = answer_of(side, version, named) end
  result.modern, result.why = modern_of(side, result.versions)
  return result
end

return handshake
