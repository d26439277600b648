-- Windows' own lists for TLS, by release and patch state: cipher suites in order, what else a release knows, curves,
-- signature algorithms. Data, as one list and what differs from it; what a suite is stands in tls.cipher_suites. Reads
-- no machine.
--
-- Source: CSLISTS and CURVES, the pages of each release; ADV3042058 and KB3161639 for what the updates of 7 to 8.1
-- brought; recorded hellos for the orders that no present page shows ("rtm" of 7 to 8.1, "2014-04") and for signature
-- algorithms, which no page lists. Which curves the suites of those two orders carry is G.

local cipher_suites = require "tls.cipher_suites"
local curves = require "tls.curves"
local releases = require "windows.releases"
local signatures = require "tls.signatures"

local lists = {}

-- Codes in Windows' order, newest first in each family.
local VISTA = "002f 0035 0005 000a c009 c00a c013 c014 0032 0038 0013 0004 010080 0700c0 0001 0002"
local SEVEN = "c028 c027 c014 c013 009f 009e 0039 0033 009d 009c 003d 003c 0035 002f c02c c02b c024 c023 c00a c009 " ..
  "006a 0040 0038 0032 000a 0013 0005 0004 003b 0002 010080 0700c0"
local SEVEN_2014 = "c028 009f 009e 009d 009c c02b c023 c027 c014 c013 003d 003c 0035 002f c02c c024 c00a c009 " ..
  "006a 0040 0038 0032 000a 0013 0005 0004 003b 0002 010080 0700c0"
local SEVEN_RTM = "003c 002f 003d 0035 0005 000a c027 c013 c014 c02b c023 c02c c024 c009 c00a 0040 0032 006a 0038 " ..
  "0013 0004 010080 0700c0 003b 0002"
local TEN = "c02c c02b c030 c02f 009f 009e c024 c023 c028 c027 c00a c009 c014 c013 0039 0033 009d 009c 003d 003c " ..
  "0035 002f 000a 006a 0040 0038 0032 0013 0005 0004 003b 0002"
local TEN_SSL2 = " 0700c0 010080" -- up to 1511
local DHE_CBC, DHE_GCM = "0039 0033", "009f 009e"
local DSS, RC4 = "006a 0040 0038 0032 0013", "0005 0004"
local THREE = "1302 1301 "

-- Known besides, without a place in the order.
local WEAK = " 0009 0064 0062 0003 0001 0012 0063"
local SSL2 = " 060040 020080"
local PSK = " 00a9 00a8 00af 00ae 00b1 00b0"

-- What 7 to 8.1 did not know as shipped. KB2992611 brought these too, and took them out of the order again.
local LATE = "c028 009d 009c " .. DHE_GCM

local function without(text, codes)
  for code in codes:gmatch "%x+" do text = text:gsub("%f[%x]" .. code .. "%f[%X] ?", "", 1) end
  return text
end

local function holds(text, code)
  return text:find("%f[%x]" .. code .. "%f[%X]") ~= nil
end

local TEN_2018 = without(TEN, DHE_CBC .. " " .. DSS .. " " .. RC4)
local TEN_LAST = without(TEN_2018, DHE_GCM .. " 000a")
local SIGNS = "0401 0501 0201 0403 0503 0203 0202"
local SIGNS_TEN = SIGNS .. " 0601 0603"
local SIGNS_PSS = "0804 0805 0806 " .. SIGNS_TEN

-- A family has the same lists: the order of each patch state, `more` (what it knows besides), signature algorithms, and
-- `weak`, what the flag SCH_USE_STRONG_CRYPTO leaves out beside RC4 (and NULL and DES from 1511 on).
local families = {
  vista = { rtm = VISTA, more = WEAK .. SSL2, signs = SIGNS },
  seven = { rtm = SEVEN_RTM, ["2014-04"] = SEVEN_2014, ["2015-05"] = without(SEVEN, DHE_CBC), ["2016-06"] = SEVEN,
    more = WEAK .. SSL2 },
  ["1507"] = { rtm = "c030 c02f " .. without(SEVEN, DHE_CBC), ["2016-06"] = "c030 c02f " .. SEVEN,
    more = WEAK .. SSL2 },
  ["1511"] = { rtm = without(TEN, DHE_CBC) .. TEN_SSL2, ["2016-06"] = TEN .. TEN_SSL2, more = WEAK .. SSL2 },
  ["1607"] = { rtm = TEN },
  ["1703"] = { rtm = without(TEN, DHE_CBC .. " " .. DSS) },
  ["1709"] = { rtm = TEN_2018 },
  ["1903"] = { rtm = TEN_2018, weak = "009f" },
  ["2004"] = { rtm = TEN_2018, weak = "009f", signs = SIGNS_PSS },
  ["22H2"] = { rtm = TEN_LAST, weak = "009f", signs = SIGNS_PSS },
  ["2022"] = { rtm = THREE .. TEN_2018, weak = "000a 0013", signs = SIGNS_PSS },
  ["11"] = { rtm = THREE .. TEN_2018, weak = "009f 000a 0013", signs = SIGNS_PSS },
  ["11-22H2"] = { rtm = THREE .. TEN_LAST, weak = "009f 000a 0013", signs = SIGNS_PSS },
}

-- From which build on 10 is of which family.
local BUILDS = { { 10240, "1507" }, { 10586, "1511" }, { 14393, "1607" }, { 15063, "1703" }, { 16299, "1709" },
  { 18362, "1903" }, { 19041, "2004" }, { 19045, "22H2" }, { 20348, "2022" }, { 22000, "11" }, { 22621, "11-22H2" } }
-- Builds without a page of their own. 1909 and 2004 have the files of 1903 and 20H2; the page of Server 2022 says in a
-- note what changes with 23H2; the page of 11 22H2 is for later ones too.
local NEAREST = { [18363] = "1903", [19041] = "20H2" }

local function family_of(row)
  if row.nt == "6.0" then return "vista" end
  if row.nt ~= "10.0" then return "seven" end
  local best
  for _, step in ipairs(BUILDS) do
    if row.build >= step[1] then best = step[2] end
  end
  return best
end

local function family(id)
  local row = releases.by_id[id]
  return row and families[family_of(row)], row
end

-- Patch states of 6.1 to 6.3, newest first, and the update that makes each.
local LADDER = { { "2016-06", "KB3161639" }, { "2015-05", "KB3042058" }, { "2014-04", "KB2919355" } }
local LADDERS = { ["6.1"] = { LADDER[1], LADDER[2] }, ["6.2"] = { LADDER[2] }, ["6.3"] = LADDER }
-- Of 10, the revision of June 2016 (KB3163017, KB3163018).
local JUNE_2016 = { [10240] = 16942, [10586] = 420 }

-- Every patch state of a release, newest first, with the update that makes it: { state, kb } or { state, revision }.
function lists.ladder(id)
  local row = releases.by_id[id]
  local steps = {}
  if row and row.build ~= 7600 then
    for _, step in ipairs(LADDERS[row.nt] or {}) do steps[#steps + 1] = { state = step[1], kb = step[2] } end
    if JUNE_2016[row.build] then steps[1] = { state = "2016-06", revision = JUNE_2016[row.build] } end
  end
  if row then steps[#steps + 1] = { state = "rtm" } end
  return steps
end

-- true, false or nil (cannot be told): whether a machine has what makes a patch state.
local function has(step, facts)
  if step.state == "rtm" then return true end
  if step.revision then return facts.revision and facts.revision >= step.revision end
  local known = facts.updates and facts.updates[step.kb]
  if known == "unknown" then return nil end
  return known
end

-- The patch states that the facts of a machine leave possible, newest first: { "2016-06" }, or { "2016-06", "rtm" }
-- where it cannot be told. Empty for an unknown release.
function lists.states(facts)
  local possible = {}
  for _, step in ipairs(lists.ladder(facts.release)) do
    local answer = has(step, facts)
    if answer ~= false then possible[#possible + 1] = step.state end
    if answer then break end
  end
  return possible
end

-- The curves of a suite's names before 10, in order.
local function curves_of(suite, vista)
  if suite.kex ~= "ECDHE" then return { false } end
  if suite.auth == "ECDSA" and suite.hash == "SHA384" then return { "P384" } end
  return vista and { "P256", "P384", "P521" } or { "P256", "P384" }
end

local function expand(text, row)
  local list = {}
  for code in text:gmatch "%x+" do
    local suite = cipher_suites.by_code(code)
    for _, curve in ipairs(row.nt == "10.0" and { false } or curves_of(suite, row.nt == "6.0")) do
      list[#list + 1] = { name = suite.name, curve = curve or nil }
    end
  end
  return list
end

local own = {} -- by release and state
-- Windows' own order, as { name =, curve = "P256" or nil } (a curve only before 10); nil for a state that the release
-- does not have. Without a state the newest. NULL and SSL 2.0 suites stand in it, though only a program that asks for
-- them by name gets them.
function lists.own(id, state)
  local kin, row = family(id)
  if not kin then return nil end
  state = state or lists.ladder(id)[1].state
  local key = id .. " " .. state
  if not own[key] and kin[state] then own[key] = expand(kin[state], row) end
  return own[key]
end

local function all_codes(id)
  local kin, row = family(id)
  local text = row.build >= 14393 and TEN .. WEAK .. PSK or kin[lists.ladder(id)[1].state] .. " " .. kin.more
  return row.build >= 20348 and THREE .. "1303 " .. text or text
end

local SUFFIXES = { P256 = true, P384 = true, P521 = true }
local known = {} -- by release: the codes as one text
-- Whether a release knows a suite: true; false, then the name counts for nothing in a list; nil where an update decides
-- and the patch state is one without it. The name is as a list spells it: before 10 the curve stands at its end where
-- there is one, from 10 on it may.
function lists.knows(id, name, state)
  local row = releases.by_id[id]
  if not row then return nil end
  local bare, curve = name:match "^(.-)_(P%d%d%d)$"
  local suite = cipher_suites.of(bare or name)
  if not suite then return false end
  if row.nt ~= "10.0" then
    if (curve ~= nil) ~= (suite.kex == "ECDHE") or curve and not SUFFIXES[curve] then return false end
    if curve == "P256" and suite.auth == "ECDSA" and suite.hash == "SHA384" then return false end
  end
  known[id] = known[id] or all_codes(id)
  if not holds(known[id], suite.code) then return false end
  if state and row.nt ~= "10.0" and state ~= "2016-06" and holds(DHE_CBC, suite.code) then return nil end
  if state == "rtm" and row.nt > "6.0" and row.nt ~= "10.0" and holds(LATE, suite.code) then return nil end
  return true
end

-- Whether SCH_USE_STRONG_CRYPTO leaves a suite in, by the page of the release.
function lists.is_strong(id, name)
  local kin, row = family(id)
  local suite = cipher_suites.of(name)
  if not kin or not suite or row.nt == "6.0" then return true end
  if suite.cipher == "RC4" then return false end
  if row.nt == "10.0" and row.build > 10240 and (suite.cipher == "NULL" or suite.cipher == "DES") then return false end
  return not (kin.weak and holds(kin.weak, suite.code))
end

local function of_curves(default, more)
  local all = curves.list(default .. " " .. more)
  return { default = curves.list(default), supported = curves.list(more), all = all }
end

-- The curves of a release: { default (in order), supported (besides), all }, rows as tls.curves has them. Before 10 the
-- names of suites carry their curves; 24H2 adds hybrid groups. Of a release in no table those of the newest.
function lists.curves(id)
  local row = releases.by_id[id] or releases.list[#releases.list]
  if row.nt == "6.0" then return of_curves("NistP256 NistP384 NistP521", "") end
  if row.nt ~= "10.0" then return of_curves("NistP256 NistP384", "NistP521") end
  if row.build < 14393 then return of_curves("NistP256 NistP384", curves.MORE) end
  local more = row.build >= 26100 and curves.HYBRID .. " " .. curves.MORE or curves.MORE
  return of_curves("curve25519 NistP256 NistP384", more)
end

-- The signature algorithms of a hello with TLS 1.2 or later, by IANA's names, in order. 7 to 8.1 put SHA512 in front
-- since an update of 2014 (KB2973337) brought it back; a machine of an older state has none.
function lists.signatures(id, state)
  local kin, row = family(id)
  if not kin then return nil end
  local text = kin.signs or SIGNS_TEN
  if row.nt ~= "6.0" and row.nt ~= "10.0" then
    state = state or lists.ladder(id)[1].state
    text = (state == "rtm" or state == "2014-04") and SIGNS or "0601 0603 " .. SIGNS
  end
  return signatures.names(text)
end

-- Where the list of a release and state comes from: source, mark, and the label of the release whose page it is where
-- it has none of its own.
function lists.source(id, state)
  local row = releases.by_id[id]
  if not row then return nil end
  state = state or lists.ladder(id)[1].state
  if row.nt == "6.0" then return "CSLISTS", "S" end
  if row.nt ~= "10.0" then
    if state == "rtm" or state == "2014-04" then return "HELLOS", "S3" end
    if state == "2016-06" then return "CSLISTS; KB3161639", "S" end
    return "CSLISTS; ADV3042058", "S"
  end
  if JUNE_2016[row.build] and state == "rtm" then return "HELLOS", "S3" end
  local near = NEAREST[row.build]
  return "CSLISTS", (near or row.edition == "ServerStandardACor") and "S+G" or "S", near
end

return lists
