-- Cipher suites and FIPS mode for `state`, from the facts and the sides of the model. Looks at no machine.

local cipher_suites = require "tls.cipher_suites"
local fips = require "tls.fips"
local suite_order = require "tls.suite_order"
local tls_suites = require "tls.suites"

local suites = {}

local NEEDS = "restart" -- of Windows

local function split(text)
  local list = {}
  for name in text:gmatch "[^,]+" do list[#list + 1] = name end
  return list
end

-- What stands in the value that holds: names, or nil and whether it is of a wrong type.
local function written(facts, owner)
  local value = facts.order[owner]
  if type(value) == "string" then return split(value), owner ~= "policy" end
  if type(value) == "table" and not value.malformed and not value.unknown then return value, owner == "policy" end
  return nil, type(value) == "table" and value.malformed ~= nil
end

-- Whether a suite is left that Microsoft 365 takes: "yes", "no" or "cannot tell".
local function services(side)
  local taken, open = {}, side.open
  for _, name in ipairs(tls_suites.SERVICE) do taken[name] = true end
  for _, row in ipairs(side.suites) do
    if taken[row.name] and row.sure then return "yes" end
    open = open or taken[row.name]
  end
  return open and "cannot tell" or "no"
end

-- { set = "policy" | "local" | "default" | "malformed", where, order = what is written there, ignored = names that
-- count for nothing, why it is not sure, services, needs }.
function suites.order(view)
  local side, held = view.client, view.facts.order
  local owner = held.policy ~= nil and "policy" or held["local"] ~= nil and "local" or "default"
  local order, wrong = nil, false
  if owner ~= "default" then order, wrong = written(view.facts, owner) end
  local ignored = {}
  for _, row in ipairs(side.owner == "default" and {} or suite_order.suites(view.facts).list) do
    if row.lost then ignored[#ignored + 1] = row.spelled end
  end
  return { set = wrong and "malformed" or side.owner, order = order or {}, ignored = ignored, why = side.owner_why,
    where = (owner == "policy" and tls_suites.POLICY or tls_suites.LOCAL) .. "\\Functions", services = services(side),
    needs = NEEDS }
end

-- The suites that are left, in order: { name, curve, sure, oldest, newest, strong }.
function suites.in_order(side)
  local list = {}
  for _, row in ipairs(side.suites) do
    local suite = cipher_suites.of(row.name)
    list[#list + 1] = { name = row.name, curve = row.curve, sure = row.sure, why = row.why, oldest = suite.oldest,
      newest = suite.newest, strong = suite.strong }
  end
  return list
end

-- { set, now = "on" | "off" | "cannot tell" }
function suites.fips(view)
  local held, side = view.facts.fips, view.client
  local value = held.Enabled
  local row = { where = fips.KEY .. "\\Enabled", needs = NEEDS, set = "absent", why = side.fips_why,
    now = side.fips and "on" or side.fips == false and "off" or "cannot tell" }
  if math.type(value) == "integer" then
    row.set = tostring(value)
  elseif value ~= nil then
    row.set = type(value) == "table" and value.unknown and "cannot tell"
      or ("malformed (%s)"):format(type(value) == "string" and "REG_SZ" or value.malformed or "REG_MULTI_SZ")
  end
  return row
end

return suites
