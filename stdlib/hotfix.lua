-- Whether an update is there, and how one knows. The native half asks servicing, the hotfix list and the files; this
-- half weighs the answers. Order: the files that the update brings (where a file does not hold their versions, what
-- servicing has chosen), the packages of servicing, monthly rollups, the hotfix list, updates that contain it. A KB
-- number that is missing from a list proves nothing on a machine with rollups.

local _, native = ...
local registry = require "registry"
local system = require "system"
local update_files = require "windows.update_files"
local updates = require "windows.updates"

local SERVICING = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing"

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

-- Whether the machine has a monthly rollup that contains an update, by the build in the name of its package or by its
-- number: true, "pending" (one that waits for a restart), or false.
local function in_rollup(row, branch, evidence)
  local rollup, found = branch and branch.rollup, false
  if not rollup then return false end
  local function look(name, state)
    local there = state == "installed" or state == "superseded" -- a newer one contains it, too
    if not there and state ~= "pending" then return end
    evidence[#evidence + 1] = ("%s contains %s (mark %s)"):format(name, row.kb, rollup.mark)
    found = found == true or there or "pending"
  end
  for _, package in ipairs(native.packages "RollupFix" or {}) do
    local number = package.name:match "~~%d+%.(%d+)%."
    if number and tonumber(number) > rollup.after then look(package.name, package.meaning) end
  end
  for _, kb in ipairs(rollup.numbers or {}) do
    look(kb, native.listed(kb) and "installed" or package_state(kb, {}))
  end
  return found
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

-- Whether servicing waits for a restart, and with it what it has chosen: the update, some rollup, or it says so.
local function waits(state)
  if state == "pending" then return true end
  for _, package in ipairs(native.packages "RollupFix" or {}) do
    if package.meaning == "pending" then return true end
  end
  for _, cause in ipairs(require("reboot").pending()) do
    if cause.cause:find "^CBS " then return true end
  end
  return false
end

-- The files say nothing: servicing and lists have to.
local function without_files(row, state, listed, rollup, evidence)
  if state == "installed" then return note(evidence, "decided by servicing", true) end
  if rollup == true then return note(evidence, "decided by a rollup", true) end
  if rollup == "pending" then return note(evidence, "complete after a restart", false) end
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
  if state == nil and registry.unknown(SERVICING) then
    return note(evidence, "the machine has no packages to look at: a rollup that contains it would not be seen", nil)
  end
  return note(evidence, "no package, not listed, and no rollup that could contain it", false)
end

local function weigh(row, state, found, listed, rollup, evidence)
  if found == true and state == "leaving" then
    return note(evidence, "its files are there, but the next restart removes it: restart, then look again", nil)
  end
  if found == true then return note(evidence, "decided by the files", true) end
  if found == nil then return without_files(row, state, listed, rollup, evidence) end
  if state == "pending" then return note(evidence, "complete after a restart", false) end
  if state == "installed" then
    return note(evidence, "servicing says installed, the files are old: look into CBS.log, run sfc /scannow", nil)
  end
  if listed then return note(evidence, "listed as installed, but the files are old", nil) end
  return note(evidence, "decided by the files", false)
end

local function look(kb)
  local name = updates.kb(kb)
  if not name then error(('a KB number expected, such as "KB3140245", not %s'):format(tostring(kb)), 3) end
  local row, evidence = updates.of(name), {}
  local branch, reason
  if row then
    branch, reason = updates.branch(row, system)
    if not branch then return false, { reason }, package_state(name, {}) == "pending" end
  end
  local found, by_choice
  if branch then found, by_choice = update_files.payload(native, branch, evidence) end
  local state, count = package_state(name, evidence)
  if state and count == 0 then evidence[#evidence + 1] = "servicing has no package of " .. name end
  local listed = native.listed(name)
  if listed ~= nil then
    evidence[#evidence + 1] = listed and name .. " is in the hotfix list"
      or name .. " is not in the hotfix list (which proves nothing where rollups are installed)"
  end
  if found and by_choice and state == nil then
    return note(evidence, "servicing has chosen its files, and nothing tells whether they wait for a restart", nil),
      evidence, false
  end
  if found and by_choice and state ~= "leaving" and waits(state) then
    return note(evidence, "servicing has chosen its files: complete after a restart", false), evidence, true
  end
  local rollup = found == nil and in_rollup(row, branch, evidence)
  local verdict = weigh(row, state, found, listed, rollup, evidence)
  return verdict, evidence, state == "pending" or (rollup == "pending" and not verdict)
end

-- The same answers as covers, but nothing is noted in the plan.
function hotfix.examine(kb) return look(kb) end

-- Whether what an update brings is effective: true, false, or nil for "cannot tell"; the evidence, one line each; and
-- whether the next restart alone completes it. A nil is noted among the plan's unknowns.
function hotfix.covers(kb)
  local verdict, evidence, waiting = look(kb)
  if verdict == nil then
    native.unknown(("whether %s is there: %s"):format(updates.kb(kb), table.concat(evidence, "; ")))
  end
  return verdict, evidence, waiting
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

-- Whether what the update brings is there as soon as the machine restarts.
function hotfix.pending(kb)
  return package_state(updates.kb(kb) or kb, {}) == "pending" or select(3, look(kb))
end

return hotfix
