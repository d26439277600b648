-- The order of cipher suites. Owns the policy value Functions (it wins) and reads the local one, which is Windows' to
-- write (BCryptAddContextFunction, the TLS cmdlets). Before 10 a name with ECDHE ends in its curve, "_P256", "_P384" or
-- "_P521", and counts for nothing without it; from 10 on it does not need one, and the order of curves overrides it. A
-- change of order needs a restart of Windows. Source: PRIO; CS7; CSSX; M365-ENC for what the services take.

local log = require "log"
local registry = require "registry"
local spelling = require "windows.spelling"
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

-- The spellings of a suite on this Windows: with each curve before 10, without from 10 on.
function suites.names(name)
  local bare, curve = suites.bare(name)
  if not suites.with_curves() or not bare:find "^TLS_ECDHE_" then return { bare } end
  if curve then return { name } end
  return { bare .. "_P256", bare .. "_P384" }
end

local SHOWN = 3

-- The names of an order (tls.suite_order) that count for nothing, and why: texts, the last of many for the rest.
function suites.idle(order)
  local texts, count = {}, 0
  for _, row in ipairs(order.owner ~= "default" and order.list or {}) do
    count = count + (row.lost and 1 or 0)
    if row.lost and count <= SHOWN then
      texts[#texts + 1] = ("the order of cipher suites: %s counts for nothing: it %s"):format(
        spelling.shown(row.spelled), row.lost)
    end
  end
  if count > SHOWN then
    texts[#texts + 1] = ("the order of cipher suites: more names that count for nothing: %d"):format(count - SHOWN)
  end
  return texts
end

-- Whether one of these suites is left in an order.
local function holds(order, wanted)
  for _, row in ipairs(order.list) do
    for _, name in ipairs(wanted) do
      if row.name == name and not row.lost then return true end
    end
  end
  return false
end

local function report_services(order)
  if holds(order, suites.SERVICE) then
    if suites.with_curves() and not holds(order, suites.FRONT_DOOR) then
      log.finding(("the order of cipher suites has no ECDHE_RSA suite with CBC and SHA-2, the only ones that %s " ..
        "shares with Azure Front Door"):format(system.name))
    end
  elseif holds(order, { "TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256" }) then
    log.finding "the order of cipher suites holds those of TLS 1.3 alone, which not every service of Microsoft 365 has"
  else
    log.finding "the order of cipher suites holds none that Microsoft 365 takes (M365-ENC)"
  end
end

-- Tells whose the order is, what in it counts for nothing, and whether anything is left that Microsoft's services take:
-- as the model reads it. Changes nothing.
function suites.report()
  local facts = require "tls.facts"
  local held = facts.read { versions = {} }
  if facts.is_plain(held) then return end
  held.updates = facts.updates()
  local order = require "tls.suite_order".suites(held)
  if order.owner == "policy" then
    log.finding(("the order of cipher suites is set by policy (%s): it wins, and only the policy's owner " ..
      "changes it"):format((#order.list == 1 and "1 name" or "%d names"):format(#order.list)))
  end
  if order.why then log.finding(("the order of cipher suites: %s"):format(order.why)) end
  for _, text in ipairs(suites.idle(order)) do log.finding(text) end
  if order.owner ~= "default" and #order.list > 0 then report_services(order) end
end

-- Sets the policy's order, spelled for this Windows. Refuses where a policy has one already, and what is too long.
-- options: why.
function suites.set_policy(list, options)
  local now, kind = registry.get(suites.POLICY, "Functions")
  local names = {}
  for _, name in ipairs(list) do
    for _, spelled in ipairs(suites.names(name)) do names[#names + 1] = spelled end
  end
  local text = table.concat(names, ",")
  if now == text then return false end
  if kind == "REG_SZ" then
    error("suites: a policy owns the order; change the policy, it would write it again", 2)
  end
  if #text > suites.LIMIT then
    error(("suites: the list has %d characters, a policy takes %d"):format(#text, suites.LIMIT), 2)
  end
  registry.set(suites.POLICY, "Functions", text, { why = options and options.why or
    "Schannel offers and takes these cipher suites in this order, after a restart" })
  return true
end

return suites
