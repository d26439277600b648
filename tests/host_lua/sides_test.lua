-- state.sides and tls.meeting: a saved state may have come from anybody. Whatever stands in one place of it instead of
-- what belongs there, either it is called damaged, or the two machines meet and there is an answer.

local check = require "check"
local cases = require "layer_cases"
local clients = require "state.clients"
local meeting = require "tls.meeting"
local sides = require "state.sides"

local ANSWERS = { yes = true, no = true, ["cannot tell"] = true }
local OTHERS = { false, true, 7, 1.5, "", "x", "cannot tell", {}, { "x" }, { x = 1 }, { { name = "x" } } }

local function own(id)
  local facts = cases.plain(id)
  return { name = id, clients = clients.all(facts), server = clients.server(facts) }
end

local function copy(value)
  if type(value) ~= "table" then return value end
  local result = {}
  for key, item in pairs(value) do result[key] = copy(item) end
  return result
end

-- Whether a state is called damaged, or meets another; an error where neither.
local function is_met(all, here)
  if sides.wrong { schema = "tlsmend-state/1", sides = all } then return false end
  for _, client in ipairs(here.clients) do
    local met = meeting.meet(client, all.server)
    assert(ANSWERS[met.result], "no answer of the server")
  end
  for _, client in ipairs(all.clients) do
    assert(ANSWERS[meeting.meet(client, here.server).result], "no answer for the client")
    local _ = ("%s %s"):format(client.layer, client.who and table.concat(client.who) or "")
  end
  return true
end

-- Calls fn(table, key, path) for each place in a value; of a list for its first member alone.
local function each_place(value, path, fn)
  for key, item in pairs(value) do
    if math.type(key) ~= "integer" or key == 1 then
      local place = path .. "." .. key
      fn(value, key, place)
      if type(value[key]) == "table" then each_place(item, place, fn) end
    end
  end
end

check.test("one place of a saved state holds something else", function()
  local here, refused, met = own "ws2016", 0, 0
  for _, id in ipairs { "win7-sp1", "win11-24h2" } do
    local whole = own(id)
    check.equal(is_met(copy(whole), here), true, id)
    each_place(whole, "sides", function(holder, key, place)
      local was = holder[key]
      for index = 0, #OTHERS do
        local now = nil -- of index 0: the place is empty
        if index > 0 then now = OTHERS[index] end
        holder[key] = now
        local ok, answer = pcall(is_met, whole, here)
        if not ok then error(("%s, other %d: %s"):format(place, index, answer)) end
        if answer then met = met + 1 else refused = refused + 1 end
      end
      holder[key] = was
    end)
  end
  assert(refused > 500 and met > 20, ("%d refused, %d met"):format(refused, met))
end)

check.done "sides"
