-- Patch states of built-in machines as part of a name: "win7-sp1-x64+2016-06" is that machine with the updates that
-- made Windows' own lists what they were from that month on (windows.suite_lists), a 10 with its revision of the month.
-- Knows which months mean something for a release, nothing of registries.

local releases = require "windows.releases"

local months = {}

-- The update that brought each state to a machine, where it is another one than the one that is looked for.
local BROUGHT_BY = { KB3161639 = { ["6.1"] = "KB3161608", ["6.3"] = "KB3161606" } }

-- Month -> what it means: { updates } or { revision }.
local function meanings(row)
  local lists = require "windows.suite_lists" -- most names have no month
  local known, updates = { rtm = { updates = {} } }, {}
  local ladder = lists.ladder(row.id)
  for index = #ladder, 1, -1 do -- a month has what the months before it had
    local step = ladder[index]
    if step.kb then
      local other = BROUGHT_BY[step.kb]
      updates[#updates + 1] = other and other[row.nt] or step.kb
      known[step.state] = { updates = table.move(updates, 1, #updates, 1, {}) }
    elseif step.revision then
      known[step.state] = { revision = step.revision }
    end
  end
  local july = releases.JULY_2019[row.build]
  if july then known["2019-07"] = { revision = july } end
  if row.narrowed and row.narrowed > 0 then known["2022-09"] = { revision = row.narrowed } end
  return known
end

-- Whether a part of a name is a patch state.
function months.is(part) return part == "rtm" or part:find "^%d%d%d%d%-%d%d?$" ~= nil end

-- What a month means for a release: { updates = KB numbers } or { revision = UBR }; nil and a line if it means nothing.
function months.of(row, month)
  local known = meanings(row)
  if known[month] then return known[month] end
  local names = {}
  for name in pairs(known) do names[#names + 1] = name end
  table.sort(names, function(a, b) return a ~= b and (a == "rtm" or b ~= "rtm" and a < b) end)
  return nil, ("%s means nothing for %s, whose patch states are: %s"):format(month, row.id, table.concat(names, ", "))
end

-- The row of a release with the files of the newest month among the parts of a name; nil and the reason where one of
-- them means nothing.
function months.revised(row, rest)
  local newest = 0
  for part in rest:gmatch "%+([^+]*)" do
    if months.is(part) then
      local meaning, reason = months.of(row, part)
      if not meaning then return nil, reason end
      newest = math.max(newest, meaning.revision or 0)
    end
  end
  if newest == 0 then return row end
  return setmetatable({ files = row.files:gsub("%d+$", tostring(newest)) }, { __index = row })
end

return months
