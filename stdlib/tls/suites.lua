-- The order of cipher suites. Owns the policy value Functions (it wins) and reads the local one, which is Windows' to
-- write (BCryptAddContextFunction, the TLS cmdlets). Before 10 a name with ECDHE ends in its curve, "_P256", "_P384" or
-- "_P521", and counts for nothing without it; from 10 on it does not need one, and the order of curves overrides it. A
-- change of order needs a restart of Windows. Source: PRIO; CS7; CSSX; M365-ENC for what the services take.

local log = require "log"
local registry = require "registry"
local releases = require "windows.releases"
local system = require "system"

local suites = {}

suites.POLICY = "HKLM\\SOFTWARE\\Policies\\Microsoft\\Cryptography\\Configuration\\SSL\\00010002"
suites.LOCAL = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Cryptography\\Configuration\\Local\\SSL\\00010002"
-- What stands in them, and of which type: the order of suites and, from 10 on, that of curves.
suites.VALUES = {
  policy = { Functions = "REG_SZ", EccCurves = "REG_MULTI_SZ" },
  ["local"] = { Functions = "REG_MULTI_SZ", EccCurves = "REG_MULTI_SZ" },
}
suites.LIMIT = 1023 -- characters of the policy's list

-- What Microsoft 365 takes of TLS 1.2, best first (M365-ENC).
suites.SERVICE = {
  "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
  "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
  "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
  "TLS_RSA_WITH_AES_256_GCM_SHA384", "TLS_RSA_WITH_AES_128_GCM_SHA256",
}
-- The only ones that 7, 8 and 8.1 share with Azure Front Door since it stopped taking DHE on 1 April 2026 (AFD-DHE;
-- AFD-TLS). It takes them for domains whose TLS policy allows that; the policy for new ones has GCM alone.
suites.FRONT_DOOR = { "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256" }

-- A name without its curve, and the curve or nil.
function suites.bare(name)
  local bare, curve = name:match "^(.-)_(P%d%d%d)$"
  if bare then return bare, curve end
  return name, nil
end

-- Whether names carry their curve on this Windows.
function suites.with_curves() return system.nt < "10.0" end

-- Whether this Windows passes a name over, because it is spelled for another release.
function suites.is_ignored(name)
  local bare, curve = suites.bare(name)
  return suites.with_curves() and bare:find "^TLS_ECDHE_" ~= nil and not curve
end

-- The spellings of a suite on this Windows: with each curve before 10, without from 10 on.
function suites.names(name)
  local bare, curve = suites.bare(name)
  if not suites.with_curves() or not bare:find "^TLS_ECDHE_" then return { bare } end
  if curve then return { name } end
  return { bare .. "_P256", bare .. "_P384" }
end

local function split(text)
  local list = {}
  for name in text:gmatch "[^,]+" do list[#list + 1] = name end
  return list
end

-- The order that is set, and whose it is: list, "policy" or "local"; nil, "default" where neither is there (Windows'
-- own order, which stands in no value); nil, "malformed".
function suites.order()
  local data, kind = registry.get(suites.POLICY, "Functions")
  if kind == "REG_SZ" then
    return split(data), "policy"
  elseif kind then
    return nil, "malformed"
  end
  data, kind = registry.get(suites.LOCAL, "Functions")
  if kind == nil then return nil, "default" end
  if kind ~= "REG_MULTI_SZ" or type(data) ~= "table" then return nil, "malformed" end
  return data, "local"
end

-- Those of a list (bare names) that an order does not hold in any spelling.
function suites.missing(order, wanted)
  local have, missing = {}, {}
  for _, name in ipairs(order) do have[suites.bare((name:match "^%s*(.-)%s*$"))] = true end
  for _, name in ipairs(wanted) do
    if not have[name] then missing[#missing + 1] = name end
  end
  return missing
end

local function report_policy(order)
  local text = registry.get(suites.POLICY, "Functions")
  log.finding(("the order of cipher suites is set by policy (%s): it wins, and only the policy's owner " ..
    "changes it"):format((#order == 1 and "1 name" or "%d names"):format(#order)))
  if type(text) == "string" and #text > suites.LIMIT then
    log.finding(("the policy's list has %d characters; %d is the limit"):format(#text, suites.LIMIT))
  end
  if type(text) == "string" and text:find "%s" then
    log.finding "the policy's list has blanks in it; names behind a blank are not recognised"
  end
end

local function report_spelling(order)
  for _, name in ipairs(order) do
    if suites.is_ignored(name) then
      log.finding(("%s is ignored here: names with ECDHE have a curve at their end on %s"):format(name, system.name))
      return
    end
  end
end

-- Whether the order holds a suite of TLS 1.3 that this Windows can use.
local function holds_tls13(order)
  if not system.row or releases.default(system.row, "TLS 1.3", "Client") ~= "on" then return false end
  for _, name in ipairs(order) do
    if name:find "^TLS_AES_" then return true end
  end
  return false
end

-- Tells whose the order is, what in it counts for nothing, and whether anything is left that Microsoft's services take.
-- Changes nothing.
function suites.report()
  local order, owner = suites.order()
  if owner == "malformed" then
    log.finding "the order of cipher suites is malformed: Functions has a wrong type"
  elseif owner == "policy" then
    report_policy(order)
  end
  if not order or #order == 0 then return end
  report_spelling(order)
  if #suites.missing(order, suites.SERVICE) < #suites.SERVICE then
    if suites.with_curves() and #suites.missing(order, suites.FRONT_DOOR) == #suites.FRONT_DOOR then
      log.finding(("the order of cipher suites has no ECDHE_RSA suite with CBC and SHA-2, the only ones that %s " ..
        "shares with Azure Front Door"):format(system.name))
    end
  elseif holds_tls13(order) then
    log.finding "the order of cipher suites holds those of TLS 1.3 alone, which not every service of Microsoft 365 has"
  else
    log.finding "the order of cipher suites holds none that Microsoft 365 takes (M365-ENC)"
  end
end

-- Sets the policy's order, spelled for this Windows. Refuses where a policy has one already, and what is too long.
-- options: why.
function suites.set_policy(list, options)
  local now, owner = suites.order()
  local names = {}
  for _, name in ipairs(list) do
    for _, spelling in ipairs(suites.names(name)) do names[#names + 1] = spelling end
  end
  local text = table.concat(names, ",")
  if owner == "policy" and table.concat(now, ",") == text then return false end
  if owner == "policy" then error("suites: a policy owns the order; change the policy, it would write it again", 2) end
  if #text > suites.LIMIT then
    error(("suites: the list has %d characters, a policy takes %d"):format(#text, suites.LIMIT), 2)
  end
  registry.set(suites.POLICY, "Functions", text, { why = options and options.why or
    "Schannel offers and takes these cipher suites in this order, after a restart" })
  return true
end

return suites
