-- SQL Server: which builds speak TLS 1.2, and which instances a machine has. Source: SQL (KB3135244); where instances
-- stand in the registry, and the first builds of service packs, are general knowledge (G).

local below = require "windows.below"
local registry = require "registry"
local system = require "system"

local sql_server = {}

sql_server.KEY = "HKLM\\SOFTWARE\\Microsoft\\Microsoft SQL Server"

-- One service pack: from its first build on; `gdr` is the security update with TLS 1.2, `cu` the cumulative update
-- with it. Builds between the two may be either kind. No numbers: none has it; all = true: every build has it.
sql_server.RELEASES = {
  { name = "SQL Server 2005", from = "9.0.0.0" },
  { name = "SQL Server 2008", from = "10.0.0.0", cu = "10.0.6547.0", note = "10.0.6543.0 crashes (KB3146034)",
    ia64 = { gdr = "10.0.5545.0", cu = "10.0.5896.0" } },
  { name = "SQL Server 2008 R2", from = "10.50.0.0", cu = "10.50.6542.0", note = "10.50.6537.0 crashes (KB3146034)",
    ia64 = { gdr = "10.50.4047.0", cu = "10.50.4344.0" } },
  { name = "SQL Server 2012", from = "11.0.0.0" },
  { name = "SQL Server 2012 SP2", from = "11.0.5058.0", gdr = "11.0.5352.0", cu = "11.0.5644.2" },
  { name = "SQL Server 2012 SP3", from = "11.0.6020.0", gdr = "11.0.6216.27", cu = "11.0.6518.0" },
  { name = "SQL Server 2012 SP4", from = "11.0.7001.0", all = true },
  { name = "SQL Server 2014", from = "12.0.2000.0", gdr = "12.0.2271.0", cu = "12.0.2564.0" },
  { name = "SQL Server 2014 SP1", from = "12.0.4050.0", gdr = "12.0.4219.0", cu = "12.0.4439.1" },
  { name = "SQL Server 2014 SP2 or later", from = "12.0.5000.0", all = true },
  { name = "SQL Server 2016 or later", from = "13.0.0.0", all = true },
}
sql_server.source, sql_server.mark = "SQL", "S+G"

local function order(version)
  local parts = {}
  for part in version:gmatch "%d+" do parts[#parts + 1] = tonumber(part) end
  while #parts < 4 do parts[#parts + 1] = 0 end
  return parts
end

-- Setup writes the service pack into the second number: 10.53.6000.34 is what 10.50.6000.34 is, 11.4.7001.0 what
-- 11.0.7001.0 is (SQLB, S3; CM-SRV itself writes 11.*.7001.0 and 13.2.50.26). By major version: the second numbers of
-- its lines, each with room for PACKS service packs.
local LINES = { [9] = { 0 }, [10] = { 0, 50 }, [11] = { 0 }, [12] = { 0 } }
local PACKS = 4

-- The version as tables have it; nil where the second number belongs to no line that is known.
function sql_server.folded(version)
  local major, minor, rest = version:match "^(%d+)%.(%d+)%.(.+)$"
  if not major then return nil end
  local lines = LINES[tonumber(major)]
  if not lines then return version end
  for _, line in ipairs(lines) do
    local pack = tonumber(minor) - line
    if pack >= 0 and pack <= PACKS then return ("%s.%d.%s"):format(major, line, rest) end
  end
end

-- Whether version a is older than b, number by number.
function sql_server.older(a, b)
  local left, right = order(a), order(b)
  for index = 1, 4 do
    if left[index] ~= right[index] then return left[index] < right[index] end
  end
  return false
end

-- The row of a version, and the version as the rows have it.
local function row_of(version)
  local folded, row = sql_server.folded(version), nil
  for _, candidate in ipairs(folded and sql_server.RELEASES or {}) do
    if not sql_server.older(folded, candidate.from) then row = candidate end
  end
  return row, folded
end

-- Whether a build speaks TLS 1.2: true, false, or nil for "cannot tell"; and why, one line.
function sql_server.capable(version)
  local row, folded = row_of(version)
  if not row then return nil, version .. ": no release of SQL Server that is known" end
  local floors = system.architecture == "ia64" and row.ia64 or row
  if row.all or floors.cu and not sql_server.older(folded, floors.cu) or folded == floors.gdr then
    return true, ("%s %s speaks TLS 1.2"):format(row.name, version)
  end
  local cure = floors.cu and ("%s has it from %s on%s"):format(row.name, floors.cu, row.note and "; " .. row.note or "")
    or row.name .. " never got it; install a later service pack or release"
  if floors.gdr and not sql_server.older(folded, floors.gdr) then
    return nil, ("%s %s: cannot tell whether it speaks TLS 1.2 (%s, or the security update %s)"):format(row.name,
      version, cure, floors.gdr)
  end
  return false, ("%s %s does not speak TLS 1.2: %s"):format(row.name, version, cure)
end

-- The instances of the machine: { name, id, version or nil }, 32-bit ones on a 64-bit Windows included.
function sql_server.instances()
  local list = {}
  for _, view in ipairs(registry.views(sql_server.KEY)) do
    local names = sql_server.KEY .. "\\Instance Names\\SQL"
    for _, name in ipairs(registry.values(names, view) or {}) do
      local id = registry.get(names, name, view)
      local root = below(sql_server.KEY, id)
      local setup = root and root .. "\\Setup"
      local version = setup and (registry.get(setup, "PatchLevel", view) or registry.get(setup, "Version", view))
      list[#list + 1] = { name = name, id = tostring(id), version = type(version) == "string" and version or nil }
    end
  end
  return list
end

return sql_server
