-- The names of keys and values that Windows reads where TLS is set, as the library's own tables spell them, and which
-- of them a write has missed: a name that is nearly one of them, or a right one in a key where it counts for nothing.

local algorithms = require "tls.algorithms"
local dotnet = require "tls.dotnet"
local events = require "tls.events"
local fips = require "tls.fips"
local protocols = require "tls.protocols"
local schannel = require "tls.schannel"
local spelling = require "windows.spelling"
local suites = require "tls.suites"
local winhttp = require "tls.winhttp"
local wininet = require "tls.wininet"

local _, host = ...
local names = {}

local DWORD = "REG_DWORD"

local function parts_of(path)
  local parts = {}
  for part in path:gmatch "[^\\]+" do parts[#parts + 1] = part end
  return parts
end

local function dwords(list)
  local values = {}
  for _, name in ipairs(list) do values[name] = DWORD end
  return values
end

-- One place: `parts` of its key, of which a list says what may stand there and true that anything may; `values`, the
-- types by name. `closed`: Windows reads no other value there.
local places = {}
local function place(key, below, values, closed)
  local parts = parts_of(key)
  for index, part in ipairs(parts) do
    if part == "*" then parts[index] = true end
  end
  for _, list in ipairs(below) do parts[#parts + 1] = list end
  places[#places + 1] = { key = key, parts = parts, values = values, closed = closed }
end

place(schannel.KEY, { protocols.NAMES, schannel.ROLES }, dwords(schannel.VALUES), true)
for _, family in ipairs { "Ciphers", "Hashes" } do
  place(algorithms.KEY .. "\\" .. family, { algorithms.FAMILIES[family] }, { Enabled = DWORD }, true)
end
for _, name in ipairs(algorithms.FAMILIES.KeyExchangeAlgorithms) do
  local values = { Enabled = DWORD }
  for size in pairs(algorithms.SIZES[name] or {}) do values[size] = DWORD end
  place(algorithms.KEY .. "\\KeyExchangeAlgorithms", { { name } }, values, true)
end
place(events.KEY, {}, { EventLogging = DWORD })
place(winhttp.KEY, {}, { [winhttp.VALUE] = DWORD })
for _, key in ipairs { wininet.MACHINE, wininet.POLICY, wininet.user_key "*", wininet.user_policy "*" } do
  place(key, {}, { [wininet.VALUE] = DWORD })
end
place(dotnet.KEY, { dotnet.RUNTIMES }, dwords(dotnet.VALUES))
place(suites.POLICY, {}, suites.VALUES.policy)
place(suites.LOCAL, {}, suites.VALUES["local"])
place(fips.KEY, {}, dwords(fips.VALUES))

-- Names that stand for themselves wherever they are written, by their lower case; "Enabled" and "Functions" are other
-- programs' too.
local own = {}
names.own = own
for _, row in ipairs(places) do
  for name in pairs(row.values) do
    local common = name == "Enabled" or name == "Functions"
    if not common and not own[name:lower()] then own[name:lower()] = { name = name, row = row } end
  end
end

-- The one name of a list that goes on after `name`: "RC4 128/128" for "RC4 128".
local function continued(list, name)
  local found
  for _, other in ipairs(list) do
    if other:sub(1, #name):lower() == name:lower() then
      if found then return nil end
      found = other
    end
  end
  return found
end

-- The name in a list that was meant; nil if none is near.
local function meant(list, name)
  return #name > 2 and continued(list, name) or host.closest(list, name) or spelling.meant(list, name)
end
names.meant = meant

local function is_among(list, name)
  for _, other in ipairs(list) do
    if other:lower() == name:lower() then return true end
  end
  return false
end

local function list_of(part) return type(part) == "table" and part or { part } end

-- Where a key leaves a place: "exact"; or "near", the part that is misspelled and what is meant; nil: elsewhere.
local function compare(parts, row)
  if #parts ~= #row.parts then return nil end
  local missed
  for index, part in ipairs(row.parts) do
    if part ~= true and not is_among(list_of(part), parts[index]) then
      if missed then return nil end
      missed = index
    end
  end
  if not missed then return "exact" end
  local near = meant(list_of(row.parts[missed]), parts[missed])
  if near then return "near", parts[missed], near end
end

local function keys_of(values)
  local list = {}
  for name in pairs(values) do list[#list + 1] = name end
  table.sort(list)
  return list
end

-- The key of a value that stands for itself.
local function home(name)
  local row = own[name:lower()].row
  return row.key .. (#parts_of(row.key) < #row.parts and "\\..." or "")
end

local function judge_value(path, row, write, add)
  local list = keys_of(row.values)
  for _, name in ipairs(list) do
    if name:lower() == write.name:lower() then return row.values[name] end
  end
  local near, known = meant(list, write.name), own[write.name:lower()]
  if known then
    add("wrong-key", ("%s counts for nothing in %s, where %s is read; it belongs into %s"):format(known.name, path,
      near or table.concat(list, " and "), home(write.name)))
  elseif near then
    add("misspelled", ("the value %s is read by nobody; %s is meant"):format(write.name, near))
  elseif row.closed then
    add("misspelled", ("the value %s is read by nobody; there are %s"):format(write.name, table.concat(list, ", ")))
  end
end

-- Whether a key lies below SCHANNEL or the keys of cipher suites and FIPS: "Enabled" and "Functions" mean TLS there.
local function is_ours(path)
  local orders = { suites.POLICY:match "^(.*)\\", suites.LOCAL:match "^(.*)\\" }
  for _, key in ipairs { algorithms.KEY, orders[1], orders[2], fips.KEY } do
    if path:lower():sub(1, #key) == key:lower() then return true end
  end
  return false
end

local COMMON = { enabled = "Enabled", functions = "Functions" }

local function judge_elsewhere(path, write, add)
  local found = write.name and own[write.name:lower()]
  if found then
    add("wrong-key", ("%s counts for nothing in %s; it belongs into %s"):format(found.name, path, home(write.name)))
  elseif write.name and COMMON[write.name:lower()] and is_ours(path) then
    add("wrong-key", ("%s counts for nothing in %s"):format(COMMON[write.name:lower()], path))
  end
end

local function short(key)
  return (key:gsub("^[Hh][Kk][Ee][Yy]_LOCAL_MACHINE", "HKLM"):gsub("^[Hh][Kk][Ee][Yy]_USERS", "HKU"))
end

-- Judges the key and the value of { key, name } by their names; `name` is nil for a key alone. add(rule, text). Answers
-- the type that belongs there, where Windows reads the value.
function names.judge(write, add)
  local path = short(write.key)
  local parts = parts_of(path)
  local wrong, right
  for _, row in ipairs(places) do
    local how, part, near = compare(parts, row)
    if how == "exact" then
      if write.name then return judge_value(path, row, write, add) end
      return nil
    elseif how == "near" and not wrong then
      wrong, right = part, near
    end
  end
  if wrong then
    add("misspelled", ("the key %s is read by nobody here; %s is meant"):format(wrong, right))
  else
    judge_elsewhere(path, write, add)
  end
end

-- All places, for tests.
names.places = places

return names
