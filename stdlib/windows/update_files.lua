-- Whether the files of an update are new enough: by their own versions, or where only a registry is at hand by those
-- that servicing has chosen. Part of hotfix, which hands over what it can ask a machine.

local system = require "system"

local files = {}

local function parts(version)
  local a, b, c, d = version:match "^(%d+)%.(%d+)%.(%d+)%.(%d+)$"
  return tonumber(a), tonumber(b), tonumber(c), tonumber(d)
end

-- "ok", "below", or "foreign": a file of another Windows (another major.minor) says nothing about this branch.
local function compare(version, floor)
  local have, need = { parts(version) }, { parts(floor) }
  if #have < 4 or have[1] ~= need[1] or have[2] ~= need[2] then return "foreign" end
  for index = 3, 4 do
    if have[index] ~= need[index] then return have[index] > need[index] and "ok" or "below" end
  end
  return "ok"
end

-- What servicing has chosen, for a file whose version is not told: the last two numbers of a component's version are
-- those of its files, the first two may be its own (WinHTTP's is 5.1). In the form of a file's version, or nil.
local function winner(ask, file, view)
  local have = file.component and ask.winner(file.component, view)
  local rest = have and have:match "^%d+%.%d+%.(%d+%.%d+)$"
  return rest and file.floor:match "^%d+%.%d+%." .. rest
end

-- The second answer: the version is what servicing has chosen.
local function judge(ask, file, view, evidence)
  local version, chosen = ask.file_fact(file.path, view), nil
  if version == nil then
    version = winner(ask, file, view)
    chosen = version ~= nil
  end
  local text, result
  if version == nil then
    text, result = "cannot tell its version", "unknown"
  elseif version == false then
    text, result = "is not there", "absent"
  else
    result = compare(version, file.floor)
    text = ("is %s%s, %s"):format(version, chosen and " by servicing (SideBySide\\Winners)" or "",
      result == "ok" and "at least " .. file.floor
      or result == "below" and "older than " .. file.floor or "not of the line of " .. file.floor .. ", says nothing")
  end
  evidence[#evidence + 1] = ("%s (%d-bit) %s"):format(file.path, view, text)
  return result, chosen
end

-- true: every file is new enough; false: one is not; nil: the files do not say. The second answer: that rests on what
-- servicing has chosen, which may wait for a restart.
function files.payload(ask, branch, evidence)
  local seen, by_choice = {}, false
  for _, file in ipairs(branch.files or {}) do
    for _, view in ipairs(system.bits == 64 and { 64, 32 } or { 32 }) do
      local result, chosen = judge(ask, file, view, evidence)
      by_choice = by_choice or chosen
      -- A 64-bit Windows can do without its 32-bit half (Server Core); then there is nothing to judge.
      if not (result == "absent" and view == 32 and system.bits == 64) then seen[result] = true end
    end
  end
  if seen.below then return false, by_choice end
  if seen.unknown or seen.foreign or not seen.ok then return nil end
  return not seen.absent, by_choice
end

return files
