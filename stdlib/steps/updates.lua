-- The step that brings updates: what is not known to be there is installed, all of it behind one restart. What an
-- update needs comes before it. Shared by the runbooks; `needs.updates` of a runbook names every KB it brings.

local hotfix = require "hotfix"
local log = require "log"
local reboot = require "reboot"
local system = require "system"
local update = require "update"
local updates = require "windows.updates"

local step = {}

-- Adds an update and what it needs, prerequisites first, each once.
local function collect(item, list, seen)
  if seen[item.kb] then return end
  seen[item.kb] = true
  local row = updates.of(item.kb)
  local branch = row and updates.branch(row, system)
  for _, wanted in ipairs { row and row.prerequisites or {}, branch and branch.prerequisites or {} } do
    for _, kb in ipairs(wanted) do
      collect({ kb = kb, why = ("%s needs %s first"):format(item.kb, kb) }, list, seen)
    end
  end
  list[#list + 1] = item
end

-- What is neither there nor waiting for its restart, and what waits.
local function sort_out(items)
  local list, seen, missing, waiting = {}, {}, {}, {}
  for _, item in ipairs(items) do
    local covered, evidence, waits = hotfix.covers(item.kb)
    if covered then
      log.info(("%s is there: %s"):format(item.kb, evidence[#evidence]))
    elseif waits then
      waiting[#waiting + 1] = item
    else -- nil: the plan says that it could not be told; an installer that finds it there changes nothing
      collect(item, list, seen)
    end
  end
  for _, item in ipairs(list) do
    local asked = false
    for _, other in ipairs(items) do asked = asked or other == item end
    if asked or not hotfix.examine(item.kb) then missing[#missing + 1] = item end
  end
  return missing, waiting
end

local function names(items)
  local list = {}
  for _, item in ipairs(items) do list[#list + 1] = item.kb end
  return table.concat(list, " and ")
end

-- Brings updates: items { kb =, why =, restart = (why the restart) }. options: from (the package or a folder), sha256.
-- Answers whether anything was installed or restarted.
function step.bring(items, options)
  local missing, waiting = sort_out(items)
  if #missing == 0 and #waiting == 0 then return false end
  if #missing > 0 then
    local needed, cause = reboot.needed()
    if needed and #waiting == 0 then
      reboot.barrier(("a restart is already pending (%s); installers refuse to start before it"):format(cause))
    end
  end
  if #waiting > 0 then
    reboot.barrier(("%s has been installed and waits for this restart"):format(names(waiting)))
  end
  for _, item in ipairs(missing) do
    update.install { kb = item.kb, from = options and options.from, sha256 = options and options.sha256,
      why = item.why }
  end
  if #missing > 0 then
    local single = #missing == 1 and missing[1].restart
    reboot.barrier(single or ("%s replace files that are in use until Windows restarts"):format(names(missing)))
  end
  return true
end

return step
