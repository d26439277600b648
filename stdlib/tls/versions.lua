-- What the switches of the versions of TLS come to, by role: Windows' own default of a release, and the values Enabled
-- and DisabledByDefault. A part of tls.handshake, pure as that. Rules and sources: docs/HANDSHAKE.md.

local protocols = require "tls.protocols"
local releases = require "windows.releases"

local versions = {}

-- A value of the facts that has to be a REG_DWORD: the number or nil; second, why it is not known.
function versions.number(value, where)
  if value == nil or math.type(value) == "integer" then return value, nil end
  if type(value) == "table" and value.unknown then return nil, value.unknown .. " is not in this file" end
  return nil, where .. " is no REG_DWORD"
end

-- Whether a later release of the same NT version has what this one lacks, or lacks what this one has.
local function changes(row, protocol, role)
  local has = releases.default(row, protocol, role) ~= "ns"
  for _, other in ipairs(releases.list) do
    if other.nt == row.nt and other.build >= row.build and has ~= (releases.default(other, protocol, role) ~= "ns") then
      return true
    end
  end
  return false
end

-- What this release does with a version by itself, nil where not even that can be said; second, why that is not sure.
local function default_of(facts, protocol, role)
  local row = facts.release and releases.by_id[facts.release]
  if not row then return nil, "this Windows is in no table" end
  local default = releases.default(row, protocol, role)
  local updated = row.schannel_updated
  if updated then
    local there, better = facts.updates[updated.kb], updated.defaults[protocol][role]
    if there == "unknown" and better ~= default then return nil, "cannot tell whether " .. updated.kb .. " is there" end
    if there == true then default = better end
  end
  if facts.exact then return default end
  if changes(row, protocol, role) then default = nil end
  return default, default ~= "ns" and "this build is in no table, so its own default is not known" or nil
end

-- Why Windows XP and older have no version of this name; nil on others.
local function before_vista(facts, protocol)
  local order = releases.order(facts.nt)
  if not order or order >= 600 or protocols.era(protocol) == "ssl" or protocol == "TLS 1.0" then return nil end
  return ("Windows before Vista has no %s"):format(protocol)
end

local EFFECT = { on = "on", request = "on request", off = "off", unsupported = "not supported" }

local function spelled(values)
  local texts = {}
  for _, name in ipairs { "Enabled", "DisabledByDefault" } do
    if math.type(values[name]) == "integer" then texts[#texts + 1] = ("%s=%d"):format(name, values[name]) end
  end
  return table.concat(texts, ", ")
end

local function by_values(facts, protocol, role)
  local why_not = before_vista(facts, protocol)
  if why_not then return { state = "not supported", why = why_not } end
  local values = facts.protocols[protocol][role]
  local default, open = default_of(facts, protocol, role)
  local enabled, bad = versions.number(values.Enabled, ("Enabled of %s\\%s"):format(protocol, role))
  local disabled, worse = versions.number(values.DisabledByDefault,
    ("DisabledByDefault of %s\\%s"):format(protocol, role))
  local set, effect = protocols.effect(default, enabled, disabled)
  if default ~= "ns" and (bad or enabled ~= 0) then
    local why = bad or not default and open or worse or disabled == nil and open
    -- On or on request; but SSL that no value speaks of is not given by name, and a malformed one may be nothing.
    local named = why == worse and not bad and not open
      and (protocols.era(protocol) ~= "ssl" or default == "on" or enabled ~= nil)
    if why then return { state = "cannot tell", why = why, by_name = named or nil } end
  end
  return { state = EFFECT[effect], explicit = set ~= "default" or nil,
    why = set == "default" and "Windows' own default"
      or effect == "unsupported" and ("%s\\%s has values, but this Windows has no %s"):format(protocol, role, protocol)
      or ("%s\\%s has %s"):format(protocol, role, spelled(values)) }
end

-- Only third parties say what the policy of a lowest version does and where it stands (S3; the settings themselves are
-- Policy CSP Cryptography's, from 11 24H2 on): whatever it would change is open.
local FIRST_MINIMUM = 26100

-- What a version and role come to: { state = "on" | "on request" | "off" | "not supported" | "cannot tell", why,
-- explicit (there are values), by_name (it cannot be told, but a program that asks for it gets it) }.
function versions.of(facts, protocol, role)
  local row, lowest = by_values(facts, protocol, role), facts.minimum and facts.minimum[role]
  if lowest == nil or (facts.build or 0) < FIRST_MINIMUM or row.state == "not supported" or protocol:find "^DTLS" then
    return row
  end
  local number = type(lowest) == "string" and lowest:match "^1%.[0-3]$"
  if number and row.state == (protocol < "TLS " .. number and "off" or "on") then return row end
  return { state = "cannot tell", explicit = row.explicit,
    why = ("the policy %s is set (mark S3)"):format("OverrideMinimumEnabledTLSVersion" .. role) }
end

return versions
