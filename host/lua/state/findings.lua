-- What deserves attention in a state and decides no verdict: weak things that are on, settings that count for nothing
-- or cut more off than they say, and what was not seen. What runbooks tell too comes from where they have it.

local algorithms = require "tls.algorithms"
local cipher_suites = require "tls.cipher_suites"
local handshake = require "tls.handshake"
local protocols = require "tls.protocols"
local schannel = require "tls.schannel"
local suite_order = require "tls.suite_order"
local suites = require "tls.suites"

local findings = {}

local SHOWN = 3 -- of many of a kind

-- "client", "server" or "client and server": the sides of which something is so; nil for neither.
local function roles(view, test)
  local names = {}
  for _, side in ipairs { view.client, view.server } do
    if test(side) then names[#names + 1] = side.role:lower() end
  end
  return names[1] and table.concat(names, " and ")
end

local function versions(view, add)
  local which = roles(view, function(side)
    return side.versions["TLS 1.3"].state == "on" and handshake.offer(side).versions["TLS 1.3"].answer == "no"
  end)
  if which then
    add("TLS 1.3 is on as %s and no cipher suite that is left belongs to it: connections fail (mark S3)", which)
  end
end

-- Suites that nobody should use and that are left. 3DES at the end of Windows' own list is what every machine has.
local function weak_suites(side, add)
  local names = {}
  for _, row in ipairs(side.suites) do
    local cipher = cipher_suites.of(row.name).cipher
    if cipher == "RC4" or cipher == "DES" or cipher == "3DES" and side.owner ~= "default" then
      names[#names + 1] = row.name
    end
  end
  if #names > 0 then
    add("weak cipher suites are left: %s; a key below SCHANNEL\\Ciphers with Enabled = 0 switches a cipher off",
      table.concat(names, ", ", 1, math.min(#names, SHOWN)))
  end
end

-- Names of an order that somebody has set.
local function idle_names(view, add)
  for _, text in ipairs(suites.idle(suite_order.suites(view.facts))) do add("%s", text) end
end

-- Curves that every service has one of.
local COMMON = { x25519 = true, secp256r1 = true, secp384r1 = true }

local function curves(side, add)
  local names = {}
  for _, group in ipairs(side.groups) do
    if COMMON[group.name] then return end
    names[#names + 1] = group.name
  end
  if #names == 0 then return end
  add("the order of curves leaves only %s: who has no other in common with this machine cannot use ECDHE or TLS 1.3 " ..
    "with it", table.concat(names, ", "))
end

-- SSL in the values of WinHTTP and WinINET.
local function weak_bits(rows, add)
  for _, row in ipairs(rows) do
    local bits = row.bits
    if bits and row.set ~= "absent" and bits & protocols.ERAS.ssl ~= 0 and not row.note then
      add("%s of %s names %s", row.where:match "[^\\]+$", row.who, protocols.spelled(bits & protocols.ERAS.ssl))
    end
  end
end

local function people(held, add)
  if held.absent > 0 then
    add("people who are not signed in: %d; their Internet Options are not seen", held.absent)
  end
end

local function minimum(facts, add)
  for _, role in ipairs { "Client", "Server" } do
    local value = facts.minimum[role]
    if value ~= nil and not (type(value) == "table" and value.unknown) then
      add("the policy %s is %s; Windows 11 24H2 is the first that reads it (its place in the registry: mark S3)",
        "OverrideMinimumEnabledTLSVersion" .. role, type(value) == "table" and "malformed" or tostring(value))
    end
  end
end

-- { text } each, in the order in which they are shown.
function findings.of(view)
  local list, seen = {}, {}
  local function add(format, ...)
    local text = select("#", ...) > 0 and format:format(...) or format
    if not seen[text] then list[#list + 1], seen[text] = { text = text }, true end
  end
  for _, module in ipairs { schannel, algorithms } do
    for _, finding in ipairs(module.findings()) do add(finding.text) end
  end
  versions(view, add)
  weak_suites(view.client, add)
  idle_names(view, add)
  curves(view.client, add)
  weak_bits(view.rows, add)
  minimum(view.facts, add)
  people(view.facts.layers.wininet, add)
  return list
end

return findings
