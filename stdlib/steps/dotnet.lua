-- The step for .NET Framework: both values of both runtimes in every view, and the update by which .NET 3.5 heeds them
-- where its package is at hand. The runbook dotnet-strong-crypto is this step and Schannel's; others have it among
-- theirs.

local dotnet = require "tls.dotnet"
local files = require "files"
local log = require "log"
local update = require "update"
local updates = require "steps.updates"

local step = {}

local KBS = {}
for _, row in pairs(dotnet.UPDATES_V2) do KBS[#KBS + 1] = row.versions end
KBS[#KBS + 1] = "KB3156421"
table.sort(KBS)

step.NEEDS = { registry = { dotnet.KEY }, reads = { dotnet.SETUP }, updates = KBS, reboot = true }

-- The update that an installed .NET 2.0 or 3.5 lacks for certain, as an item for steps.updates; nil if it lacks none,
-- or if that cannot be told: a .NET rollup may have brought what it brings, and the plan says so.
function step.item()
  for _, row in ipairs(dotnet.obstacles()) do
    if row.kb and row.missing then
      return { kb = row.kb, why = row.text, restart = row.kb .. " replaces files of .NET that programs have in use" }
    end
  end
end

-- Whether the package of an update is what `from` names, or lies in the folder.
function step.at_hand(kb, from)
  if not from or not files.exists(from) then return false end
  if files.mode(from) == "file" then return files.name(from):lower():find(kb:lower() .. "[^%d]") ~= nil end
  local patterns = update.patterns(kb)
  return patterns ~= nil and files.find(from, patterns) ~= nil
end

-- params: package. Answers whether that changes a value.
function step.run(params)
  local item = step.item()
  if item and step.at_hand(item.kb, params.package) then
    updates.bring({ item }, { from = params.package })
  end
  dotnet.report()
  local changed = false
  for _, runtime in ipairs(dotnet.RUNTIMES) do changed = dotnet.strengthen(runtime) or changed end
  if changed then log.info ".NET programs that are running use the new settings after their own restart" end
  return changed
end

function step.verify()
  for _, runtime in ipairs(dotnet.RUNTIMES) do
    local strong, reason = dotnet.strong(runtime)
    if not strong then return false, reason end
  end
  return true
end

return step
