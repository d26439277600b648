-- What the orders of cipher suites and of curves come to: of the policy, of this machine, of Windows itself. Pure: from
-- facts (tls.facts) and tables. Before 10 a name with ECDHE ends in its curve; from 10 on it need not, and the order of
-- curves overrides the suffix (TLSREG). Source: PRIO; CS7; docs/HANDSHAKE.md.

local cipher_suites = require "tls.cipher_suites"
local lists = require "windows.suite_lists"
local releases = require "windows.releases"

local order = {}

order.LIMIT = 1023 -- characters of the policy's list of suites (PRIO)

-- A name without its curve, and the curve or nil.
function order.bare(name)
  local bare, curve = name:match "^(.-)_(P%d%d%d)$"
  if bare then return bare, curve end
  return name, nil
end

-- Whether names of suites carry their curve on this Windows.
function order.carries(facts) return (releases.order(facts.nt) or 1000) < 1000 end

local function split(text)
  local list = {}
  for name in text:gmatch "[^,]+" do list[#list + 1] = name end
  return list
end

-- Whether two lists of names say the same.
local function same(list, own)
  if #list ~= #own then return false end
  for index, row in ipairs(own) do
    local name = row.curve and row.name .. "_" .. row.curve or row.name
    if list[index] ~= name then return false end
  end
  return true
end

-- Why a suite of Windows stands in a list and yet is not for a program that does not ask for it; nil for the others.
local function reserved(suite)
  if suite.kex == "PSK" then return "is only for programs that ask for shared keys" end
  if suite.cipher == "NULL" then return "encrypts nothing and is only for programs that ask for it" end
end

-- Windows' own order in every patch state that the facts leave possible. What is not in all of them is not sure.
local function own(facts, why)
  local states, result, seen = lists.states(facts), {}, {}
  for _, state in ipairs(states) do
    for _, row in ipairs(lists.own(facts.release, state)) do
      local place = row.name .. (row.curve or "")
      if not seen[place] then
        seen[place] = { name = row.name, curve = row.curve, count = 0,
          lost = reserved(cipher_suites.of(row.name)) }
        result[#result + 1] = seen[place]
      end
      seen[place].count = seen[place].count + 1
    end
  end
  for _, row in ipairs(result) do
    row.sure = row.count == #states and not why and not row.lost
    if not row.sure and not row.lost then row.why = why or "cannot tell which updates this Windows has" end
  end
  return result
end

-- Whether each release of the same NT version from this one on knows a name.
local function lasting(facts, name)
  local from = releases.by_id[facts.release]
  for _, row in ipairs(releases.list) do
    if row.nt == from.nt and row.build >= from.build and not lists.knows(row.id, name) then return false end
  end
  return true
end

-- Whether this Windows knows a name: true, false, or nil where that hangs on its patch state, or on its build.
local function known(facts, states, name)
  local sure = #states > 0 and (facts.exact or lasting(facts, name))
  for _, state in ipairs(states) do
    local answer = lists.knows(facts.release, name, state)
    if answer == false then return false end
    sure = sure and answer == true
  end
  return sure or nil
end

-- Why a name of a list counts for nothing here; nil if it counts. Second: why that is not sure.
local function judge(facts, states, name, seen)
  local bare, curve = order.bare(name)
  local place = order.carries(facts) and name or bare
  local suite = cipher_suites.of(bare)
  if not suite then return "is no cipher suite of Windows" end
  if seen[place] then return "stands there twice" end
  local why = reserved(suite)
  if why then return why end
  local takes = suite.kex == "ECDHE" and order.carries(facts)
  if takes and not curve then return "has no curve at its end, which this Windows wants" end
  if curve and suite.kex ~= "ECDHE" then return "has a curve at its end and uses none" end
  seen[place] = true
  local there = known(facts, states, place)
  if there == false and facts.exact then return "is not known to this Windows" end
  if not there then
    if not facts.exact then return nil, "this build is in no table" end
    return nil, name .. " came with an update, which this Windows may lack"
  end
  -- The suffix is a name of older releases; where none of them had the suite, no text says that it is taken.
  if curve and not takes and not lists.knows("win81", name) then
    return nil, name .. " is a spelling that no Windows has had"
  end
end

-- The rows of a list that somebody has set.
local function listed(facts, names, doubt)
  local result, seen, states = {}, {}, lists.states(facts)
  for _, spelled in ipairs(names) do
    local name = spelled:match "^%s*(.-)%s*$"
    local lost, open = judge(facts, states, name, seen)
    local bare, curve = order.bare(name)
    if not lost and name ~= spelled then open = open or ("%s has a blank beside it"):format(name) end
    result[#result + 1] = { name = bare, spelled = name, curve = order.carries(facts) and curve or nil, lost = lost,
      sure = not lost and not open and not doubt, why = open or doubt }
  end
  return result
end

local function missing(value) return value.unknown .. " is not in this file" end

local function by_windows(facts, doubt)
  doubt = doubt or not facts.release and "this Windows is in no table"
    or not facts.exact and "this build is in no table" or nil
  return { owner = "default", list = own(facts, doubt), why = doubt, open = doubt ~= nil }
end

-- The local order: of this machine, else Windows' own. doubt: why even that is not sure.
local function by_machine(facts, doubt)
  local value = facts.order["local"]
  if value == nil then return by_windows(facts, doubt) end
  if type(value) ~= "table" or value.malformed or value.unknown then
    return by_windows(facts, doubt or type(value) == "table" and value.unknown and missing(value)
      or "Functions of this machine is no REG_MULTI_SZ")
  end
  for _, state in ipairs(lists.states(facts)) do
    if same(value, lists.own(facts.release, state)) then
      return { owner = "default", list = listed(facts, value, doubt), why = doubt, open = doubt ~= nil }
    end
  end
  return { owner = "local", list = listed(facts, value, doubt), why = doubt, open = doubt ~= nil }
end

-- The order of cipher suites: { owner = "policy" | "local" | "default", list = { { name, spelled, curve, sure, why,
-- lost = why it counts for nothing } }, why = why it is not sure or nil, open = whether it may hold others than
-- these }.
function order.suites(facts)
  local value = facts.order.policy
  if value == nil then return by_machine(facts) end
  if type(value) == "string" then
    local length = utf8.len(value) or #value
    local doubt = length > order.LIMIT and ("the policy's order has %d characters, %d are its limit"):format(length,
      order.LIMIT) or nil
    return { owner = "policy", list = listed(facts, split(value), doubt), why = doubt, open = doubt ~= nil }
  end
  -- A list by policy of another type is passed over, third parties say (S3): so nothing is sure.
  return by_machine(facts, type(value) == "table" and value.unknown and missing(value)
    or "Functions of the policy is no REG_SZ")
end

-- A curve in an order: of a row of tls.curves, or why the name counts for nothing.
local function curve_of(row, name, sure, lost)
  row = row or {}
  return { name = name, iana = row.iana, fips = row.fips, only = row.only, sure = sure and not lost, lost = lost }
end

local function own_curves(facts, doubt)
  local result = {}
  for _, row in ipairs(lists.curves(facts.release).default) do
    result[#result + 1] = curve_of(row, row.name, not doubt)
  end
  return result
end

-- The curves of a list that somebody has set.
local function listed_curves(facts, names, doubt)
  local rows, result, seen = {}, {}, {}
  for _, row in ipairs(lists.curves(facts.release).all) do rows[row.name:lower()] = row end
  for _, name in ipairs(names) do
    local place = name:lower()
    local lost = not rows[place] and "is no curve of this Windows" or seen[place] and "stands there twice" or nil
    seen[place] = true
    result[#result + 1] = curve_of(rows[place], name, not doubt, lost)
  end
  return result
end

-- The order of curves from 10 on: { owner, why, list = { { name, iana, fips, only, sure, lost } }, open = why it may
-- hold others than these, or nil }.
function order.curves(facts)
  local doubt
  local strange = not facts.release and "this Windows is in no table"
    or not facts.exact and "this build is in no table" or nil
  for _, owner in ipairs { "policy", "local" } do
    local value = facts.curves[owner]
    if type(value) == "table" and not value.unknown and not value.malformed then
      doubt = doubt or not facts.release and strange or nil
      return { owner = owner, list = listed_curves(facts, value, doubt), why = doubt, open = doubt or strange }
    elseif value ~= nil then
      doubt = doubt or type(value) == "table" and value.unknown and missing(value) or owner == "policy"
        and "EccCurves of the policy is no REG_MULTI_SZ" or "EccCurves of this machine is no REG_MULTI_SZ"
    end
  end
  doubt = doubt or strange
  return { owner = "default", list = own_curves(facts, doubt), why = doubt, open = doubt }
end

-- The curves before 10: those that the names of suites carry, in Windows' own order.
function order.carried(facts, suites)
  local used = {}
  for _, row in ipairs(suites.list) do
    if row.curve and not row.lost then used[row.curve] = used[row.curve] or row.sure end
  end
  local result = {}
  for _, row in ipairs(lists.curves(facts.release).all) do
    local sure = row.suffix and used[row.suffix]
    if sure ~= nil then result[#result + 1] = curve_of(row, row.name, sure) end
  end
  return { owner = suites.owner, list = result, why = suites.why }
end

return order
