-- Whether the sides of a saved state are what this tlsmend writes: the file may have come from anybody.

local meeting = require "tls.meeting"

local sides = {}

local ANSWERS = { yes = true, ["cannot tell"] = true }
local KEYS = { RSA = true, ECDSA = true }
local VERSIONS = {}
for _, name in ipairs(meeting.VERSIONS) do VERSIONS[name] = true end

local function is_list(value, good)
  if type(value) ~= "table" then return false end
  local rest = 0 -- what is no member of the list: other keys, and all behind a hole
  for _ in pairs(value) do rest = rest + 1 end
  for _, item in ipairs(value) do
    if not good(item) then return false end
    rest = rest - 1
  end
  return rest == 0
end

local function is_kind(value) return KEYS[value] == true end
local function is_name(value) return type(value) == "string" end
local function is_size(value) return value == nil or math.type(value) == "integer" end

local function is_row(row)
  return type(row) == "table" and is_name(row.name) and (row.curve == nil or is_name(row.curve))
    and (row.sure == nil or type(row.sure) == "boolean")
end

local function is_side(side)
  if type(side) ~= "table" or type(side.versions) ~= "table" then return false end
  for name, answer in pairs(side.versions) do
    if not VERSIONS[name] or not ANSWERS[answer] then return false end
  end
  return is_list(side.suites, is_row) and is_list(side.groups, is_row) and is_list(side.signatures, is_name)
    and is_size(side.dh_least) and is_size(side.dh_bits)
end

local function is_client(client)
  return is_side(client) and is_name(client.layer) and (client.depends == nil or is_name(client.depends))
    and (client.unsure == nil or is_name(client.unsure))
    and (client.who == nil or is_list(client.who, is_name))
end

-- Why a saved state cannot be met, or nil.
function sides.wrong(state)
  if type(state) ~= "table" or state.schema ~= "tlsmend-state/1" then return "it is none" end
  local all = state.sides
  if all == nil then return "it has no sides; make it again with this tlsmend" end
  if type(all) ~= "table" or not is_name(all.name) or not is_list(all.clients, is_client) or not is_side(all.server)
    or not is_list(all.server.certificates, is_kind) or #all.server.certificates == 0 then
    return "its sides are damaged"
  end
end

return sides
