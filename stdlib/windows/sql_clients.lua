-- What calls SQL Server from this machine: SQL Native Client, the ODBC and OLE DB drivers, which of them a data source
-- names, and which builds speak TLS 1.2. The login is encrypted by TLS whatever the connection asks for (SQL), so a
-- driver without TLS 1.2 reaches no server that takes nothing else. Reads only. Source: SQLCHECK for the builds;
-- SQLCOMP for where Native Client keeps its version, that of ODBC Driver 11 is S3. Programs that name a driver in their
-- own connection string (OLE DB, linked servers, SSIS) are not seen; nor are Java, OpenSSL and other people's drivers.

local below = require "windows.below"
local registry = require "registry"
local sql_server = require "windows.sql_server"
local system = require "system"

local sql_clients = {}

sql_clients.KEY = "HKLM\\SOFTWARE\\ODBC"
sql_clients.source, sql_clients.mark = "SQLCHECK; SQLCOMP; SQL", "S"

local MICROSOFT = "HKLM\\SOFTWARE\\Microsoft\\"

-- By the name that ODBC has for it: its file, the keys that hold its version (`Version`), and from which build of each
-- line on it speaks TLS 1.2; `never`; `always`; or `windows`: it comes with Windows.
local DRIVERS = {
  { name = "SQL Server", file = "sqlsrv32", windows = true },
  { name = "SQL Native Client", file = "sqlncli", never = true,
    keys = { MICROSOFT .. "Microsoft SQL Native Client\\CurrentVersion" } },
  { name = "SQL Server Native Client 10.0", file = "sqlncli10", floors = { "10.0.6543.0", "10.50.6537.0" },
    keys = { sql_server.KEY .. "\\SQLNCLI10\\CurrentVersion",
      MICROSOFT .. "Microsoft SQL Server Native Client 10.0\\CurrentVersion" } },
  { name = "SQL Server Native Client 11.0", file = "sqlncli11", floors = { "11.0.6538.0" },
    keys = { sql_server.KEY .. "\\SQLNCLI11\\CurrentVersion",
      MICROSOFT .. "Microsoft SQL Server Native Client 11.0\\CurrentVersion" } },
  { name = "ODBC Driver 11 for SQL Server", file = "msodbcsql11", floors = { "12.0.4219.0" },
    keys = { MICROSOFT .. "Microsoft ODBC Driver 11 for SQL Server\\CurrentVersion" } },
  { name = "ODBC Driver 13 for SQL Server", file = "msodbcsql13", always = true },
  { name = "ODBC Driver 13.1 for SQL Server", file = "msodbcsql13", always = true },
  { name = "ODBC Driver 17 for SQL Server", file = "msodbcsql17", always = true },
  { name = "ODBC Driver 18 for SQL Server", file = "msodbcsql18", always = true },
}

-- The keys that have to be read, for `needs`.
sql_clients.READS = { sql_clients.KEY, "HKU\\*\\Software\\ODBC\\ODBC.INI" }
for _, driver in ipairs(DRIVERS) do
  for _, key in ipairs(driver.keys or {}) do sql_clients.READS[#sql_clients.READS + 1] = key end
end

-- From which revision of a build on the drivers of Windows itself (sqlsrv32.dll, sqloledb.dll) speak TLS 1.2; later
-- builds always do, older ones never will.
local WINDOWS = { [17763] = 1554, [18362] = 1198, [18363] = 1198, [19041] = 610, [19042] = 610 }
local ALWAYS_FROM = 19043

-- Whether the drivers that come with a Windows speak TLS 1.2; nil where its revision is not known.
function sql_clients.windows_capable(build, revision)
  if build >= ALWAYS_FROM then return true end
  local floor = WINDOWS[build]
  if not floor then return false end
  return revision and revision >= floor
end

local function judge_windows(driver)
  local capable = sql_clients.windows_capable(system.build, system.revision)
  if capable then return true, ("the driver %q of this Windows speaks TLS 1.2"):format(driver.name) end
  local floor = WINDOWS[system.build]
  local way = floor and ("it does from build %d.%d on"):format(system.build, floor)
    or "use a driver of its own, such as ODBC Driver 17 or 18 for SQL Server"
  if capable == nil then
    return nil, ("cannot tell the revision of this Windows, by which the driver %q speaks TLS 1.2: %s"):format(
      driver.name, way)
  end
  return false, ("the driver %q of this Windows does not speak TLS 1.2: %s"):format(driver.name, way)
end

-- The floor of the line that a version belongs to.
local function floor_of(driver, folded)
  for _, floor in ipairs(driver.floors) do
    if folded and folded:match "^%d+%.%d+%." == floor:match "^%d+%.%d+%." then return floor end
  end
end

local function judge(driver, version)
  if driver.windows then return judge_windows(driver) end
  if driver.always then return true, driver.name .. " speaks TLS 1.2" end
  if driver.never then return false, driver.name .. " does not speak TLS 1.2, in no version: use a later driver" end
  local folded = version and sql_server.folded(version)
  local floor = floor_of(driver, folded)
  if not floor then
    return nil, ("%s: cannot tell whether version %s speaks TLS 1.2 (it does from %s on)"):format(driver.name,
      version or "unknown", driver.floors[#driver.floors])
  end
  if sql_server.older(folded, floor) then
    return false, ("%s %s does not speak TLS 1.2: it does from %s on"):format(driver.name, version, floor)
  end
  return true, ("%s %s speaks TLS 1.2"):format(driver.name, version)
end

-- The driver of a data source: by its name, else by the file.
local function find(name, path)
  local file = type(path) == "string" and path:lower():match "([^\\/]+)%.dll$"
  for _, driver in ipairs(DRIVERS) do
    if type(name) == "string" and driver.name:lower() == name:lower() then return driver end
  end
  for _, driver in ipairs(DRIVERS) do
    if driver.file == file then return driver end
  end
end

-- Adds the data sources below a key: used[driver] = names.
local function add_sources(used, key, view)
  local list = key .. "\\ODBC Data Sources"
  for _, name in ipairs(registry.values(list, view) or {}) do
    local source = below(key, name)
    local driver = find(registry.get(list, name, view), source and registry.get(source, "Driver", view))
    if driver then
      used[driver] = used[driver] or {}
      table.insert(used[driver], name)
    end
  end
end

local function sources()
  local used, key = {}, sql_clients.KEY .. "\\ODBC.INI"
  for _, view in ipairs(registry.views(key)) do add_sources(used, key, view) end
  for _, user in ipairs(registry.users() or {}) do
    local root = user == "HKCU" and user or user:find "^S%-1%-[%d-]+$" and "HKU\\" .. user
    if root then add_sources(used, root .. "\\Software\\ODBC\\ODBC.INI") end
  end
  return used
end

-- The versions of a driver, each once; false stands for one that the machine does not tell.
local function versions(driver)
  local list, seen = {}, {}
  local function add(version)
    if not seen[version] then list[#list + 1], seen[version] = version, true end
  end
  local drivers = sql_clients.KEY .. "\\ODBCINST.INI\\ODBC Drivers"
  for _, view in ipairs(registry.views(drivers)) do
    local there, told = registry.get(drivers, driver.name, view) ~= nil and not driver.windows, false
    for _, key in ipairs(driver.keys or {}) do
      local version, kind = registry.get(key, "Version", view)
      if type(version) == "string" then
        add(version)
        told = true
      end
      there = there or kind ~= nil
    end
    if there and not told then add(false) end
  end
  return list
end

-- What is installed or named by a data source: { name, version or nil, capable = true, false or nil for "cannot tell",
-- why = one line, in_use = names of data sources or nil } each. The driver that every Windows has is here only where a
-- data source names it.
function sql_clients.drivers()
  local result, used = {}, sources()
  for _, driver in ipairs(DRIVERS) do
    local list = versions(driver)
    if #list == 0 and used[driver] then list[1] = false end
    for _, version in ipairs(list) do
      local capable, why = judge(driver, version or nil)
      result[#result + 1] = { name = driver.name, version = version or nil, capable = capable, why = why,
        in_use = used[driver] }
    end
  end
  return result
end

return sql_clients
