-- What a layer of a machine is as the client of tls.meeting, and a machine as its server. Pure: from facts (tls.facts),
-- the model (tls.handshake) and what a layer asks for (tls.hello_asks). Unlike the hello of tls.hello, which is one
-- list, each suite keeps whether it is sure.

local asks = require "tls.hello_asks"
local cipher_suites = require "tls.cipher_suites"
local filters = require "tls.hello_filters"
local handshake = require "tls.handshake"
local layer_row = require "tls.layer_row"
local layers = require "tls.layers"
local meeting = require "tls.meeting"

local clients = {}

clients.LAYERS = { "schannel", "winhttp", "wininet", "net" }

-- A version of the layer: "yes", "cannot tell" or nil. One that is on and has no suite may be offered all the same.
local function version_of(side, offer, name, asked)
  local answer, row = offer.versions[name].answer, side.versions[name]
  local may = answer == "yes" or answer == "cannot tell"
  if answer == "no" and row.state ~= "off" and (not asked.named or asked.named[name]) then
    return "cannot tell"
  elseif asked.unsure and not asked.named then
    return row.state ~= "off" and row.state ~= "not supported" and "cannot tell" or nil
  end
  return may and (asked.unsure and "cannot tell" or answer) or nil
end

-- Whether filters take a suite away: true or false for sure, nil where it cannot be told.
local function is_dropped(suite, asked, release)
  local dropped = false
  for _, name in ipairs(asked.filters) do
    local filter = filters.of(name)
    if filter.drops and filter.drops(suite, release) then
      if not asked.perhaps[name] then return true end
      dropped = nil
    end
  end
  return dropped
end

local function suites_of(facts, side, asked)
  local list = {}
  for _, row in ipairs(side.suites) do
    local suite = cipher_suites.of(row.name)
    local dropped = is_dropped(suite, asked, facts.release)
    if not dropped and #suite.code == 4 and suite.kex ~= "PSK" and suite.cipher ~= "NULL" then
      list[#list + 1] = { name = row.name, curve = row.curve }
      if not row.sure or dropped == nil then list[#list].sure = false end
    end
  end
  return list
end

local ASKS_NOTHING = { filters = {}, perhaps = {} }

local function size(facts, name)
  local value = facts.sizes["Diffie-Hellman"] and facts.sizes["Diffie-Hellman"][name]
  return math.type(value) == "integer" and value or nil
end

-- Whether everything that decides is as this Windows has it by itself, or better: no order set, nothing of today lost.
local function is_own(side)
  for _, row in ipairs(side.lost) do
    local suite = cipher_suites.of(row.name)
    if suite and suite.strong then return false end
  end
  return side.owner == "default" and not side.open and not side.fips
end

-- What the views and users of WinHTTP and WinINET ask for, those alike as one: { who, asked } each.
local function by_bits(facts, layer, side)
  local groups, seen = {}, {}
  for _, row in ipairs(layers.rows(facts, side, side)) do
    if row.layer == layer then
      local key = ("%s %s"):format(row.bits or row.why, table.concat(row.perhaps or {}, ","))
      if not seen[key] then
        local asked = asks.of(facts, layer, side)
        asked.named, asked.unsure = row.bits and layer_row.named(row.bits), not row.bits and row.why or nil
        asked.more = row.perhaps
        seen[key] = { asked = asked, names = {} }
        groups[#groups + 1] = seen[key]
      end
      table.insert(seen[key].names, row.who)
    end
  end
  return groups
end

local function changed(values, name, value)
  local copy = {}
  for key, item in pairs(values) do copy[key] = item end
  copy[name] = value
  return copy
end

-- The same for the views of .NET Framework 4. Where it is given neither value, what it asks for hangs on the program.
local function by_values(facts, side)
  local held, groups, seen = facts.layers.dotnet, {}, {}
  for _, values in ipairs(held.values) do
    if values.runtime == "v4.0.30319" and held.v4 then
      local dotnet = changed(held, "values", { values })
      local asked = asks.of(changed(facts, "layers", changed(facts.layers, "dotnet", dotnet)), "net", side)
      local key = ("%s %s"):format(values.SystemDefaultTlsVersions, values.SchUseStrongCrypto)
      if values.SystemDefaultTlsVersions ~= 1 and values.SchUseStrongCrypto ~= 1 then asked.depends = asked.why end
      if asked.unsure then asked.named = nil end
      if not seen[key] then
        seen[key] = { asked = asked, names = {} }
        groups[#groups + 1] = seen[key]
      end
      table.insert(seen[key].names, values.view and ("%d-bit"):format(values.view) or "all")
    end
  end
  return groups
end

local function groups_of(facts, layer, side)
  local groups = {}
  if facts.layers and (layer == "winhttp" or layer == "wininet") then groups = by_bits(facts, layer, side) end
  if facts.layers and layer == "net" then groups = by_values(facts, side) end
  return groups[1] and groups or { { asked = asks.of(facts, layer, side), names = {} } }
end

local function client_of(facts, layer, side, asked)
  local offer = handshake.offer(side, asked.named)
  local client = { layer = layer, versions = {}, suites = suites_of(facts, side, asked), groups = side.groups,
    signatures = side.signature_algorithms, open = side.open or false, own = is_own(side),
    dh_least = size(facts, "ClientMinKeyBitLength") or 1024, depends = asked.depends, unsure = asked.unsure }
  for _, name in ipairs(meeting.VERSIONS) do client.versions[name] = version_of(side, offer, name, asked) end
  for _, name in ipairs(asked.more or {}) do client.versions[name] = client.versions[name] or "cannot tell" end
  return client
end

-- Every layer as a client, and as several where its views or users differ: `who` has their names then.
function clients.all(facts)
  local side, list = handshake.side(facts, "Client"), {}
  for _, layer in ipairs(clients.LAYERS) do
    local groups = groups_of(facts, layer, side)
    for _, group in ipairs(groups) do
      list[#list + 1] = client_of(facts, layer, side, group.asked)
      list[#list].who = #groups > 1 and group.names or nil
    end
  end
  return list
end

-- A machine as a server. Which key its certificate has is not in the registry.
function clients.server(facts)
  local side = handshake.side(facts, "Server")
  local server = { versions = {}, suites = suites_of(facts, side, ASKS_NOTHING), groups = side.groups,
    signatures = side.signature_algorithms, open = side.open or false, order = "server",
    certificates = { "RSA", "ECDSA" }, dh_bits = size(facts, "ServerMinKeyBitLength") }
  local offer = handshake.offer(side)
  for _, name in ipairs(meeting.VERSIONS) do server.versions[name] = version_of(side, offer, name, ASKS_NOTHING) end
  return server
end

return clients
