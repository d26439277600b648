-- What a client and a server come to: version, cipher suite and group of their handshake, or the reason why there is
-- none. Pure: knows no machine, only the two sides.
--
-- A side: { versions = { [name] = "yes" | "cannot tell" } (absent: off), suites = { { name, curve, sure }, ... } in
-- order, groups = { { name, sure }, ... } in order (nil: not known), signatures = IANA names (nil: not known), open =
-- it may have other suites too }; a client has dh_least (bits), a server certificates = kinds of keys one of which it
-- has, dh_bits (nil: not known), order = "server" | "client" (whose order of suites decides; nil: not known), and
-- any_group where its own order of groups is not known.
--
-- Three answers: what is not sure on a side (sure == false, "cannot tell") never makes a yes, and never a no.

local cipher_suites = require "tls.cipher_suites"
local why = require "tls.meeting_why"

local meeting = {}

-- Highest first. SSL 2.0 is another handshake, and DTLS another transport.
meeting.VERSIONS = { "TLS 1.3", "TLS 1.2", "TLS 1.1", "TLS 1.0", "SSL 3.0" }
meeting.CURVES = { P256 = "secp256r1", P384 = "secp384r1", P521 = "secp521r1" }

local AGE = { ["SSL 2.0"] = 0 }
for index, name in ipairs(meeting.VERSIONS) do AGE[name] = #meeting.VERSIONS + 1 - index end

-- How far two sides come, and what the last thing is that keeps them apart.
local STAGE = { suite = 1, certificate = 2, signature = 3, group = 4, size = 5 }

local SHA1 = { rsa_pkcs1_sha1 = true, ecdsa_sha1 = true, dsa_sha1 = true }
local SIGNS = { RSA = "^rsa_", ECDSA = "^ecdsa_", DSS = "^dsa_" }

local function takes(suite, version)
  return AGE[suite.oldest] <= AGE[version] and AGE[version] <= AGE[suite.newest]
end

local function index(list)
  local rows = {}
  for _, row in ipairs(list) do
    rows[row.name] = rows[row.name] or {}
    table.insert(rows[row.name], row)
  end
  return rows
end

-- Whether two lists of groups have one in common, and which: true or false for sure, nil where it cannot be told. The
-- group is named where nothing else can come of it. how: { only = the one that a suite before 10 is bound to, last =
-- whether it is for TLS 1.3, which alone has groups with ML-KEM, unordered }.
local function common_group(first, second, how)
  if not first or not second then return nil end
  local other, sure, picked, count = index(second), nil, nil, 0
  for _, row in ipairs(first) do
    local fits = (not how.only or row.name == how.only) and (how.last or not row.name:find "MLKEM")
    local same = fits and other[row.name]
    if same and (how.unordered or not sure) then
      sure = row.sure ~= false and same[1].sure ~= false or sure
      picked, count = row.name, count + 1
    end
  end
  if count == 0 then return false end
  return sure, count == 1 and picked or nil
end

-- Whether the server can sign so that the client takes it. Signatures with SHA-1 alone are for old servers only.
local function signature(client, server, auth, version)
  if AGE[version] < AGE["TLS 1.2"] or not client.signatures then return true end
  if #client.signatures == 0 then return nil end
  local theirs, pattern, weak = nil, SIGNS[auth], nil
  if version == "TLS 1.3" and auth == "RSA" then pattern = "^rsa_pss_" end
  if server.signatures then
    theirs = {}
    for _, name in ipairs(server.signatures) do theirs[name] = true end
  end
  for _, name in ipairs(client.signatures) do
    if name:find(pattern) and (not theirs or theirs[name]) then
      if not SHA1[name] or theirs and version ~= "TLS 1.3" then return true end
      weak = version ~= "TLS 1.3" or nil
    end
  end
  if weak then return nil end
  return false
end

local function sizes(client, server)
  local least, bits = client.dh_least or 0, server.dh_bits
  if not bits then
    if least <= 1024 then return true end
    return nil
  end
  return bits >= least
end

-- The conditions of a suite between two sides, one after the other: the first that fails, or nil and whether all are
-- sure.
local function conditions(sides, suite, version, only)
  local client, server, last = sides.client, sides.server, version == "TLS 1.3"
  local auth = last and sides.certificate or suite.auth
  if auth ~= sides.certificate then return "certificate" end
  local signs = suite.kex == "RSA" or signature(client, server, auth, version)
  if signs == false then return "signature" end
  local met, group = true, nil
  if last or suite.kex == "ECDHE" then
    met, group = common_group(sides.first.groups, sides.second.groups,
      { only = only, last = last, unordered = server.any_group })
  end
  if met == false then return "group" end
  local large = suite.kex ~= "DHE" or sizes(client, server)
  if large == false then return "size" end
  return nil, signs and met and large and true or false, group
end

-- What comes of one row of the list that decides: { suite, group, sure }, or nil and the stage at which it ends.
local function candidate(sides, row, version)
  local suite, best, stage = cipher_suites.of(row.name), nil, "suite"
  if not suite or not takes(suite, version) then return nil, stage end
  for _, other in ipairs(sides.others[row.name] or {}) do
    if not row.curve or not other.curve or row.curve == other.curve then
      local ends, sure, group = conditions(sides, suite, version, meeting.CURVES[row.curve or other.curve])
      sure = sure and row.sure ~= false and other.sure ~= false
      if not ends and (not best or sure and not best.sure) then
        best = { version = version, suite = row.name, group = group, sure = sure }
      elseif ends and STAGE[ends] > STAGE[stage] then
        stage = ends
      end
    end
  end
  return best, stage
end

-- All that may come of a version, best first, up to the first that is sure where the order is known; and the stage.
local function candidates(sides, version)
  local list, far = {}, "suite"
  for _, row in ipairs(sides.first.suites) do
    local found, stage = candidate(sides, row, version)
    if found then list[#list + 1] = found end
    if not found and STAGE[stage] > STAGE[far] then far = stage end
    if found and found.sure and sides.ordered then break end
  end
  return list, far
end

-- Without an order any of them may come: the suite and the group are named where there is but one.
local function unordered(list)
  local pick, sure = list[1], 0
  for _, found in ipairs(list) do
    if found.sure then pick, sure = found, sure + 1 end
  end
  if sure == 0 or #list == 1 then return pick end
  return { version = pick.version, sure = true, any = #list }
end

-- Goes down the common versions. `doubtful` is what may come before the first thing that is sure. The version is chosen
-- before the suite: below one that may be chosen and may have no suite nothing is sure any more.
local function descend(sides, common)
  local doubtful, far, bare, lost = {}, "suite", nil, false
  for _, version in ipairs(common) do
    local list, stage = candidates(sides, version.name)
    local sure = false
    if not sides.ordered and #list > 0 then list = { unordered(list) } end
    for _, found in ipairs(list) do
      if found.sure and version.sure and not lost then return found, doubtful end
      doubtful[#doubtful + 1], sure = found, sure or found.sure
    end
    lost = lost or not sure
    if #list == 0 and STAGE[stage] > STAGE[far] then far = stage end
    if #list == 0 and #doubtful == 0 and version.sure then bare = bare or version.name end
  end
  return nil, doubtful, far, bare
end

local function common_versions(client, server)
  local list = {}
  for _, name in ipairs(meeting.VERSIONS) do
    local here, there = client.versions[name], server.versions[name]
    if here and there then list[#list + 1] = { name = name, sure = here == "yes" and there == "yes" } end
  end
  return list
end

-- With a certificate of one kind.
local function with_certificate(client, server, certificate)
  local common = common_versions(client, server)
  if #common == 0 then return { result = "no", why = why.no_version(meeting.VERSIONS, client, server) } end
  local ordered = server.order ~= nil
  local first, second = server, client
  if server.order == "client" then first, second = client, server end
  local sides = { client = client, server = server, certificate = certificate, first = first, second = second,
    ordered = ordered, others = index(second.suites) }
  local found, doubtful, far, bare = descend(sides, common)
  if found then
    return { result = "yes", version = found.version, suite = found.suite, group = found.group,
      why = doubtful[1] and ("where both sides have it, this comes about instead: %s"):format(why.spelled(doubtful[1]))
        or found.any and "which cipher suite is not known: the server's order is not" or nil }
  elseif #doubtful > 0 then
    return { result = "cannot tell", why = why.doubt(doubtful, bare) }
  elseif client.open or server.open then
    return { result = "cannot tell", why = why.OPEN[client.open and "client" or "server"] }
  end
  return { result = "no", why = why.none(sides, common, far) }
end

-- { result = "yes" | "no" | "cannot tell", version, suite, group, why }. A server whose certificate is not known meets
-- the client with each kind of it.
function meeting.meet(client, server)
  local first, other
  for _, kind in ipairs(server.certificates) do
    local met = with_certificate(client, server, kind)
    met.certificate = kind
    first = first or met
    if met.result ~= first.result then other = met end
  end
  if not other then return first end
  local worse = first.result == "yes" and other or first
  return { result = "cannot tell", why = worse.result == "cannot tell" and worse.why
    or ("it hangs on the server's certificate: with a key of %s it fails"):format(worse.certificate) }
end

return meeting
