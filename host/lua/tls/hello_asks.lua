-- What a layer asks of Schannel when its program does not choose: which versions by name, and which filters of
-- tls.hello_filters. Pure: from facts (tls.facts, with `layers` of tls.layer_facts where they are at hand; `explorer`,
-- the version of Internet Explorer, where they are not) and the rows of tls.layers. Source: OPT; SP13; DOTNET-TLS;
-- HELLOS for the filters.

local layer_row = require "tls.layer_row"
local protocols = require "tls.protocols"
local releases = require "windows.releases"

local asks = {}

local function named(bits)
  local set = {}
  for _, row in ipairs(protocols.LIST) do
    if row.bit and bits & row.bit ~= 0 then set[row.name] = true end
  end
  return set
end

-- The row of a layer that stands for its programs: of WinINET a policy's, else that of the one person whose settings
-- are there, else that of people without a setting.
local function row_of(facts, layer, client)
  local first, person, people
  for _, row in ipairs(require "tls.layers".rows(facts, client, client)) do
    if row.layer == layer then
      first = first or row
      if row.who:find "^S%-" then person, people = row, (people or 0) + 1 end
    end
  end
  return first and first.who ~= "policy" and people == 1 and person or first
end

-- The bits that a layer asks for, or nil and why that is not known.
local function bits_of(facts, layer, client)
  local row = facts.layers and row_of(facts, layer, client)
  if not row then return nil end
  return row.bits, not row.bits and row.why or nil
end

local UPDATES = "cannot tell which updates this Windows has"
local PROGRAM = "a program may choose its versions itself and leave out cipher suites"

local function drops_dhe(facts, layer)
  if facts.build < 15063 then return false end
  if layer == "wininet" then return true end
  local since = releases.JULY_2019[facts.build]
  if not since then return true end
  if not facts.revision then return true, UPDATES end
  return facts.revision >= since
end

-- The version of Internet Explorer: the one that is known, else the one that Windows came with.
local SHIPPED = { ["6.0"] = 7, ["6.1"] = 8, ["6.2"] = 10 }

local function explorer_of(facts)
  if not SHIPPED[facts.nt] then return 11 end
  return facts.layers and facts.layers.wininet.explorer or facts.explorer or SHIPPED[facts.nt]
end

local makers = {}

function makers.schannel()
  return { filters = {}, why = PROGRAM }
end

function makers.winhttp(facts, client)
  local bits, doubt = bits_of(facts, "winhttp", client)
  local row = facts.release and releases.by_id[facts.release]
  if not bits and row then
    local perhaps
    bits, perhaps = releases.default_bits(row, facts.revision)
    doubt = doubt or perhaps ~= 0 and UPDATES or nil
  end
  return { named = named(bits or 0x800), doubt = doubt, filters = { facts.nt == "10.0" and "strong-crypto" or nil },
    why = PROGRAM }
end

function makers.wininet(facts, client)
  local explorer = explorer_of(facts)
  local bits, doubt = bits_of(facts, "wininet", client)
  if not bits then
    local perhaps
    bits, perhaps = releases.explorer_bits(facts.release and releases.by_id[facts.release], explorer, facts.revision)
    doubt = doubt or perhaps & ~protocols.ERAS.ssl ~= 0 and UPDATES or nil
  end
  return { named = named(bits), doubt = doubt, filters = { explorer >= 11 and "strong-crypto" or nil }, why = PROGRAM }
end

-- What the values of .NET 4.x say: whether Windows chooses, and whether .NET is strong; nil where they say nothing.
local function framework(facts)
  for _, values in ipairs(facts.layers and facts.layers.dotnet.values or {}) do
    if values.runtime == "v4.0.30319" then
      return values.SystemDefaultTlsVersions, values.SchUseStrongCrypto, facts.layers.dotnet.release
    end
  end
  local row = facts.release and releases.by_id[facts.release]
  return nil, nil, row and row.dotnet
end

-- Why it is not known what values of .NET say; nil where it is.
local function framework_doubt(facts, versions, strong)
  local held = facts.layers and facts.layers.dotnet
  local doubt = held and (held.doubt or not held.v4 and held.unknown and layer_row.missing(held.unknown))
  if doubt or versions == 1 then return doubt or nil end
  for _, row in ipairs { { versions, "SystemDefaultTlsVersions" }, { strong, "SchUseStrongCrypto" } } do
    local value = row[1]
    if layer_row.unknown(value) then return layer_row.missing(value.unknown) end
    if value ~= nil and value ~= 0 and value ~= 1 then return row[2] .. " is malformed" end
  end
end

-- .NET Framework 4.x: its values, else what a program gets that was built for the one that is installed.
function makers.net(facts)
  local versions, strong, release = framework(facts)
  local made = { filters = {}, why = "what .NET asks for depends on what the program was built for: before 4.6 " ..
    "SSL 3.0 and TLS 1.0, from 4.7 on Windows chooses", doubt = framework_doubt(facts, versions, strong) }
  release = release or 0
  if strong == 1 or strong ~= 0 and release >= 393295 then made.filters[1] = "strong-crypto" end
  if versions == 1 or versions ~= 0 and release >= 460798 then return made end
  made.named = named((strong == 1 or strong ~= 0 and release >= 393295) and 0xA80 or 0x0A0)
  return made
end

-- { named = set of versions, or nil where Schannel chooses, filters = names, doubt = why that is not sure, unsure = why
-- the versions are not, perhaps = set of those filters that are not sure, why = what depends on the program }; nil for
-- a layer that there is not.
function asks.of(facts, layer, client)
  local make = makers[layer]
  if not make then return nil end
  local made = make(facts, client)
  made.unsure, made.perhaps = made.doubt, {}
  if (layer == "winhttp" or layer == "wininet") and facts.nt == "10.0" then
    local drops, doubt = drops_dhe(facts, layer)
    if drops then table.insert(made.filters, "no-dhe-gcm") end
    if doubt then made.perhaps["no-dhe-gcm"] = true end
    made.doubt = made.doubt or doubt
  end
  return made
end

return asks
