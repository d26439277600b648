-- Updates: the rows of windows.update_rows*, found by KB and by machine, and what their packages are called.
-- Does not ask a machine anything (hotfix does) and installs nothing (update does).

local releases = require "windows.releases"

local PARTS = { "windows.update_rows", "windows.update_rows_dotnet", "windows.update_rows_suites" }

local updates = {}

-- Every row: KB number -> row.
function updates.rows()
  local rows = {}
  for _, part in ipairs(PARTS) do
    for kb, row in pairs((require(part))) do
      assert(rows[kb] == nil, kb .. " stands in two tables")
      rows[kb] = row
    end
  end
  return rows
end

-- "KB3140245" for "3140245", "kb3140245"; nil for what is no KB number.
function updates.kb(text)
  local digits = type(text) == "string" and text:upper():match "^K?B?(%d+)$"
  if digits and #digits >= 6 and #digits <= 7 then return "KB" .. digits end
end

-- The row of an update, or nil. Each part is loaded when one before it does not have the update.
function updates.of(kb)
  local name = updates.kb(kb)
  if not name then return nil end
  for _, part in ipairs(PARTS) do
    local row = require(part)[name]
    if row then return row end
  end
end

local function matches_edition(branch, system)
  if not branch.editions then return true end
  if branch.editions[1] == "^Server" and system.server then return true end
  for _, pattern in ipairs(branch.editions) do
    if (system.edition or ""):find(pattern) then return true end
  end
  return false
end

local function contains(list, item)
  for _, value in ipairs(list) do
    if value == item then return true end
  end
  return false
end

-- The branch of an update that fits a machine, or nil and the reason in one line.
function updates.branch(row, system)
  local reason = ("%s is not made for Windows NT %s"):format(row.kb, tostring(system.nt))
  for _, branch in ipairs(row.branches) do
    if releases.order(branch.nt) == releases.order(system.nt) then
      if branch.service_pack and (system.service_pack or 0) < branch.service_pack then
        reason = ("%s needs Service Pack %d; install that first"):format(row.kb, branch.service_pack)
      elseif branch.builds and not contains(branch.builds, system.build) then
        reason = ("%s is not made for build %d"):format(row.kb, system.build or 0)
      elseif not matches_edition(branch, system) then
        reason = ("%s is not made for this edition (%s)"):format(row.kb, system.edition or "unknown")
      elseif not contains(branch.architectures, system.architecture) then
        reason = ("%s is not made for the architecture %q"):format(row.kb, system.architecture or "")
      else
        return branch
      end
    end
  end
  return nil, reason
end

-- The identity that servicing is expected to give the package of an update. Only the KB in it is known: the version is
-- a stand-in (G), so packages are always looked for by KB. nil for rollups, which servicing keeps without their KB.
function updates.package(row, branch, architecture)
  if row.rollup then return nil end
  local name = "Package_for_%s~31bf3856ad364e35~%s~~%s.1.0"
  return name:format(row.kb, updates.cbs_architecture(architecture), branch.nt)
end

-- What the packages of servicing call an architecture.
function updates.cbs_architecture(architecture)
  return architecture == "x64" and "amd64" or architecture
end

return updates
