-- What a plan lowers of a machine: its facts before and after are handed to the model of the handshake, and what it
-- says of both is compared. No key is read here.

local algorithms = require "tls.algorithms"
local cipher_suites = require "tls.cipher_suites"
local handshake = require "tls.handshake"
local layers = require "tls.layers"
local protocols = require "tls.protocols"
local releases = require "windows.releases"

local lowered = {}

local RANK = { on = 2, ["on request"] = 1 }
local WEAK = { NULL = true, RC4 = true, DES = true, ["3DES"] = true }
local COMMON = { x25519 = true, secp256r1 = true, secp384r1 = true }

local function rank(row) return RANK[row.state] or 0 end

-- Versions that can be used more or less than before. That an update brings one, off by default, is not the plan's
-- choice.
local function versions(before, after, told)
  for _, name in ipairs(protocols.NAMES) do
    local was, is = before.versions[name], after.versions[name]
    local place = ("%s\\%s"):format(name, after.role)
    local brought = was.state == "not supported" and not is.explicit and is.state ~= "on"
    if protocols.era(name) == "modern" and rank(is) < rank(was) and not told.off[name] then
      told.add("secure-off", "%s: switches off what was on (%s); if that is meant, say so in needs.off", place, is.why)
    elseif protocols.era(name) ~= "modern" and rank(is) > rank(was) and not (told.legacy[name] or brought) then
      told.add("legacy-on", "%s: switches on what was off (%s); if that is meant, say so in needs.legacy or by a " ..
        "parameter that names it", place, is.why)
    end
  end
end

-- Forward secrecy counts more than the mode of the cipher.
local function grade(suite)
  if not suite.strong then return 0 end
  return 1 + (suite.kex == "RSA" and 0 or 2) + (suite.mac == "AEAD" and 1 or 0)
end

local function best(side)
  local most, name = 0, "none"
  for _, row in ipairs(side.suites) do
    local found = grade(cipher_suites.of(row.name))
    if found > most then most, name = found, row.name end
  end
  return most, name
end

local function suites(before, after, told)
  local had = {}
  for _, row in ipairs(before.suites) do had[row.name] = true end
  local was, first = best(before)
  local is, second = best(after)
  if is < was then
    told.add("secure-off", "as %s the best cipher suite is %s, and was %s", after.role:lower(), second, first)
  end
  for _, row in ipairs(after.suites) do
    if WEAK[cipher_suites.of(row.name).cipher] and not had[row.name] then
      told.add("legacy-on", "as %s the cipher suite %s is used again", after.role:lower(), row.name)
    end
  end
end

local function has_common(side)
  for _, group in ipairs(side.groups) do
    if COMMON[group.name] then return true end
  end
  return false
end

-- A role as a whole: whether a handshake of today comes about, with which suites and curves.
local function role(before, after, told)
  versions(before, after, told)
  local was, is = handshake.offer(before), handshake.offer(after)
  if was.modern == "yes" and is.modern ~= "yes" then
    told.add("secure-off", "as %s no handshake of TLS 1.2 or later is left for certain: %s", after.role:lower(),
      is.why or "cannot tell")
  end
  suites(before, after, told)
  if has_common(before) and not has_common(after) then
    told.add("secure-off", "as %s none of the curves is left that services have", after.role:lower())
  end
end

-- Sizes of keys that sink; what holds without a value is the same before and after.
local function sizes(before, after, told)
  local before_10 = releases.order(before.nt) < 1000
  for name, values in pairs(algorithms.SIZES) do
    for value in pairs(values) do
      local was, is = (before.sizes[name] or {})[value], (after.sizes[name] or {})[value]
      local default = was == nil and algorithms.default_size(name, value, before_10)
      local least = math.type(was) == "integer" and was or default or 0
      if value:find "Min" and math.type(is) == "integer" and is < math.max(least, 1024) and is ~= was then
        told.add("secure-off", "%s of %s becomes %d", value, name, is)
      end
    end
  end
end

-- The numbers of WinHTTP and WinINET by whose they are; and what holds where there is none.
local function bits(held)
  local list, row = {}, held.release and releases.by_id[held.release]
  local function put(value, name, who, default)
    list[name .. " " .. who] = { name = name, value = value, default = default }
  end
  for _, one in ipairs(held.layers.winhttp.values) do
    put(one.value, "DefaultSecureProtocols", one.view, row and row.winhttp or 0)
  end
  for _, one in ipairs(held.layers.wininet.machine) do put(one.value, "SecureProtocols", one.view, 0) end
  put(held.layers.wininet.policy, "SecureProtocols", "policy", 0)
  for _, user in ipairs(held.layers.wininet.users) do
    put(user.value, "SecureProtocols", user.sid, 0)
    put(user.policy, "SecureProtocols", "policy of " .. user.sid, 0)
  end
  return list
end

local function values(before, after, told)
  local had = bits(before)
  for place, row in pairs(bits(after)) do
    local explicit = had[place] and math.type(had[place].value) == "integer" and had[place].value or nil
    local was, is = explicit or row.default, row.value
    local old = math.type(is) == "integer" and is & ~was & protocols.ERAS.legacy or 0
    if math.type(is) == "integer" and is & protocols.ERAS.ssl & ~(explicit or 0) ~= 0 then
      told.add("ssl-bit", "%s becomes 0x%X, which offers SSL", row.name, is)
    end
    for _, protocol in ipairs(protocols.LIST) do
      if protocol.bit and old & protocol.bit ~= 0 and not told.legacy[protocol.name] then
        told.add("legacy-on", "%s becomes 0x%X, which adds %s; if that is meant, say so in needs.legacy or by a " ..
          "parameter that names it", row.name, is, protocol.name)
      end
    end
  end
end

-- Programs and listeners that got TLS 1.2 and do not get it any more.
local function programs(before, after, told)
  local had = {}
  for _, row in ipairs(before) do had[row.layer .. row.who .. (row.role or "")] = row.tls12 end
  for _, row in ipairs(after) do
    local was = had[row.layer .. row.who .. (row.role or "")]
    if row.layer ~= "schannel" and was == "yes" and row.tls12 ~= "yes" then
      told.add("secure-off", "%s (%s): TLS 1.2 is taken away: %s", row.layer, row.who, row.why or "cannot tell")
    end
  end
end

-- before, after: facts (bench.facts). legacy, off: the sets of protocols that the runbook says that it switches on and
-- off. add(rule, format, ...)
function lowered.judge(before, after, legacy, off, add)
  local told = { legacy = legacy, off = off, add = add }
  local was, is = {}, {}
  for _, name in ipairs { "Client", "Server" } do
    was[name], is[name] = handshake.side(before, name), handshake.side(after, name)
    role(was[name], is[name], told)
  end
  sizes(before, after, told)
  values(before, after, told)
  programs(layers.rows(before, was.Client, was.Server), layers.rows(after, is.Client, is.Server), told)
end

return lowered
