-- Whether an update is there, and how one knows. The native half asks servicing, the hotfix list and the files; this
-- half weighs the answers. Order: the files that the update brings, the packages of servicing, the hotfix list, updates
-- that contain it. A KB number that is missing from a list proves nothing on a machine with rollups.

local _, native = ...
local system = require "system"
local updates = require "windows.updates"

local hotfix = { packages = native.packages, listed = native.listed, file_version = native.file_version }

-- The state that stands for the whole update: that of its parent package (Package_for_KB1234567~) where there is one.
-- One KB has many packages, and those for another service pack are superseded as a matter of course.
local function package_state(kb, evidence)
  local list = native.packages(kb)
  if not list then return nil end
  local best, most = "no", 0
  local parents = 0
  for _, package in ipairs(list) do
    if package.name:find("^Package_for_" .. kb .. "~") then parents = parents + 1 end
  end
  for _, package in ipairs(list) do
    local decides = parents == 0 or package.name:find("^Package_for_" .. kb .. "~") ~= nil
    evidence[#evidence + 1] = ("%s: %s (0x%X)%s"):format(package.name, package.state_name,
      package.state & 0xFFFFFFFF, decides and "" or ", a part of it")
    if decides and package.rank > most then best, most = package.meaning, package.rank end
  end
  return best, #list
end

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

local function judge(file, view, evidence)
  local version = native.file_fact(file.path, view)
  local text, result
  if version == nil then
    text, result = "cannot tell its version", "unknown"
  elseif version == false then
    text, result = "is not there", "absent"
  else
    result = compare(version, file.floor)
    text = ("is %s, %s"):format(version, result == "ok" and "at least " .. file.floor
      or result == "below" and "older than " .. file.floor or "not of the line of " .. file.floor .. ", says nothing")
  end
  evidence[#evidence + 1] = ("%s (%d-bit) %s"):format(file.path, view, text)
  return result
end

-- true: every file is new enough; false: one is not; nil: the files do not say.
local function payload(branch, evidence)
  local seen = {}
  for _, file in ipairs(branch.files or {}) do
    for _, view in ipairs(system.bits == 64 and { 64, 32 } or { 32 }) do
      local result = judge(file, view, evidence)
      -- A 64-bit Windows can do without its 32-bit half (Server Core); then there is nothing to judge.
      if not (result == "absent" and view == 32 and system.bits == 64) then seen[result] = true end
    end
  end
  if seen.below then return false end
  if seen.unknown or seen.foreign or not seen.ok then return nil end
  return not seen.absent
end

-- true if an update that contains or replaces this one is there.
local function contained(row, evidence)
  for _, field in ipairs { "superseded_by", "contained_in" } do
    for _, other in ipairs(row and row[field] or {}) do
      if native.listed(other) or package_state(other, {}) == "installed" then
        local mark = field == "contained_in" and row.contained_mark or "S"
        evidence[#evidence + 1] = ("%s is installed and contains %s (mark %s)"):format(other, row.kb, mark)
        return true
      end
    end
  end
  return false
end

local function has_rollup(evidence)
  for _, package in ipairs(native.packages "RollupFix" or {}) do
    if package.meaning == "installed" or package.meaning == "pending" or package.meaning == "superseded" then
      evidence[#evidence + 1] = ("%s: a rollup is installed and may contain it"):format(package.name)
      return true
    end
  end
  return false
end

local function note(evidence, text, verdict)
  evidence[#evidence + 1] = text
  return verdict
end

-- The files say nothing: servicing and lists have to.
local function without_files(row, state, listed, evidence)
  if state == "installed" then return note(evidence, "decided by servicing", true) end
  if state == "superseded" or state == "partial" or state == "broken" then
    return note(evidence, "only the files could tell, and they do not", nil)
  end
  if state == "pending" then return note(evidence, "complete after a restart", false) end
  if state == "leaving" then
    if contained(row, evidence) then return true end
    return note(evidence, "gone after a restart", false)
  end
  if listed then return note(evidence, "decided by the hotfix list", true) end
  if contained(row, evidence) then return true end
  if has_rollup(evidence) then return nil end
  if state == nil and listed == nil then
    return note(evidence, "the machine has neither packages nor a hotfix list to look at", nil)
  end
  return note(evidence, "no package, not listed, and no rollup that could contain it", false)
end

local function weigh(row, state, found, listed, evidence)
  if found == true and state == "leaving" then
    return note(evidence, "its files are there, but the next restart removes it: restart, then look again", nil)
  end
  if found == true then return note(evidence, "decided by the files", true) end
  if found == nil then return without_files(row, state, listed, evidence) end
  if state == "pending" then return note(evidence, "complete after a restart", false) end
  if state == "installed" then
    return note(evidence, "servicing says installed, the files are old: look into CBS.log, run sfc /scannow", nil)
  end
  if listed then return note(evidence, "listed as installed, but the files are old", nil) end
  return note(evidence, "decided by the files", false)
end

-- The same answer as covers, but nothing is noted in the plan.
function hotfix.examine(kb)
  local name = updates.kb(kb)
  if not name then error(('a KB number expected, such as "KB3140245", not %s'):format(tostring(kb)), 2) end
  local row, evidence = updates.of(name), {}
  local branch, reason
  if row then
    branch, reason = updates.branch(row, system)
    if not branch then return false, { reason } end
  end
  local found
  if branch then found = payload(branch, evidence) end
  local state, count = package_state(name, evidence)
  if state and count == 0 then evidence[#evidence + 1] = "servicing has no package of " .. name end
  local listed = native.listed(name)
  if listed ~= nil then
    evidence[#evidence + 1] = listed and name .. " is in the hotfix list"
      or name .. " is not in the hotfix list (which proves nothing where rollups are installed)"
  end
  return weigh(row, state, found, listed, evidence), evidence
end

-- Whether what an update brings is effective: true, false, or nil for "cannot tell"; and the evidence, one line each. A
-- nil is noted among the plan's unknowns.
function hotfix.covers(kb)
  local verdict, evidence = hotfix.examine(kb)
  if verdict == nil then
    native.unknown(("whether %s is there: %s"):format(updates.kb(kb), table.concat(evidence, "; ")))
  end
  return verdict, evidence
end

-- Whether the update itself is registered as installed, whoever else may carry its files. nil: cannot tell.
function hotfix.installed(kb)
  local state = package_state(updates.kb(kb) or kb, {})
  if state == "installed" then return true end
  local listed = native.listed(updates.kb(kb) or kb)
  if listed ~= nil then return listed end
  if state == nil then return nil end
  return false
end

-- Whether the update is installed as soon as the machine restarts.
function hotfix.pending(kb)
  return package_state(updates.kb(kb) or kb, {}) == "pending"
end

return hotfix
