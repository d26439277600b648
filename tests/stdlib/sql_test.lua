-- windows.sql_server and windows.sql_clients: which builds speak TLS 1.2, what listens and what calls.

local check = require "check"
local native = require "native"

local function module(name, library)
  local machine = native.machine(name)
  machine.needs = nil
  return machine, machine:require(library)
end

check.test("builds of SQL Server at their edges", function()
  local _, sql = module("ws2012r2-x64", "windows.sql_server")
  local builds = {
    ["9.0.5000.0"] = false, ["10.0.6543.0"] = false, ["10.0.6547.0"] = true, ["10.50.6537.0"] = false,
    ["10.50.6542.0"] = true, ["11.0.3000.0"] = false, ["11.0.5058.0"] = false, ["11.0.5352.0"] = true,
    ["11.0.5644.1"] = "?", ["11.0.5644.2"] = true, ["11.0.6020.0"] = false, ["11.0.6216.27"] = true,
    ["11.0.6300.0"] = "?", ["11.0.6518.0"] = true, ["11.0.7001.0"] = true, ["12.0.2000.8"] = false,
    ["12.0.2271.0"] = true, ["12.0.2342.0"] = "?", ["12.0.2564.0"] = true, ["12.0.4100.1"] = false,
    ["12.0.4219.0"] = true, ["12.0.4439.1"] = true, ["12.0.5000.0"] = true, ["13.0.1601.5"] = true,
    ["16.0.1000.6"] = true, ["8.0.2039.0"] = "?",
  }
  -- A setup writes the service pack into the second number: 10.53 is 2008 R2 with Service Pack 3.
  local folded = {
    ["9.4.5000.0"] = false, ["10.4.6000.29"] = false, ["10.4.6547.0"] = true, ["10.53.6000.34"] = false,
    ["10.52.4000.0"] = false, ["10.51.2500.0"] = false, ["10.53.6542.0"] = true, ["11.1.3000.0"] = false,
    ["11.3.6518.0"] = true, ["11.4.7001.0"] = true, ["12.1.4100.1"] = false, ["12.1.4439.1"] = true,
    ["12.2.5000.0"] = true, ["12.3.6024.0"] = true, ["13.2.5026.0"] = true,
    ["10.20.1600.0"] = "?", ["10.60.6542.0"] = "?", ["11.7.7001.0"] = "?", ["12.9.5000.0"] = "?", ["eleven"] = "?",
  }
  for version, expected in pairs(folded) do builds[version] = expected end
  for version, expected in pairs(builds) do
    local capable, text = sql.capable(version)
    if capable == nil then capable = "?" end
    check.equal(capable, expected, version)
    assert(#text > 20, version)
  end
end)

local ODBC, DRIVERS = "HKLM\\SOFTWARE\\ODBC\\ODBC.INI", "HKLM\\SOFTWARE\\ODBC\\ODBCINST.INI\\ODBC Drivers"
local ME = "S-1-5-21-1004336348-1177238915-682003330-1001"

local function shown(list)
  local result = {}
  for _, row in ipairs(list) do
    local capable = row.capable == nil and "?" or tostring(row.capable)
    result[row.name .. (row.version and " " .. row.version or "")] = capable .. (row.in_use and ", in use" or "")
    assert(#row.why > 20, row.name)
  end
  return result
end

check.test("drivers for SQL Server: versions at their edges", function()
  local builds = {
    { "SQLNCLI10", "10.0.6542.0", false }, { "SQLNCLI10", "10.0.6543.0", true },
    { "SQLNCLI10", "10.53.6536.0", false },
    { "SQLNCLI10", "10.51.6537.0", true }, { "SQLNCLI10", "10.50.6537.0", true }, { "SQLNCLI10", "10.60.6537.0", "?" },
    { "SQLNCLI11", "11.0.2100.60", false }, { "SQLNCLI11", "11.0.6538.0", true }, { "SQLNCLI11", "11.4.7001.0", true },
    { "SQLNCLI11", nil, "?" },
  }
  for _, row in ipairs(builds) do
    local machine, clients = module("ws2012r2-x64", "windows.sql_clients")
    machine:put("HKLM\\SOFTWARE\\Microsoft\\Microsoft SQL Server\\" .. row[1] .. "\\CurrentVersion", "Version",
      row[2] or 7)
    local list = clients.drivers()
    check.equal(#list, 1, row[1])
    check.equal(list[1].capable == nil and "?" or list[1].capable, row[3], row[1] .. " " .. tostring(row[2]))
  end
end)

check.test("drivers: what Windows brings follows build and revision, and only if named", function()
  local cases = {
    { "ws2012r2-x64", nil, false }, { "ws2016-x64", 6000, false }, { "ws2019-x64", 1553, false },
    { "ws2019-x64", 1554, true }, { "win10-1909-x64", 1197, false }, { "win10-1909-x64", 1198, true },
    { "win10-20h2-x64", 609, false }, { "win10-20h2-x64", 610, true }, { "win10-21h1-x64", 1, true },
    { "win11-24h2-x64", 1, true }, { "ws2022-x64", 1, true },
  }
  for _, row in ipairs(cases) do
    local machine = native.machine(row[1])
    machine.needs = nil
    machine:put("HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion", "UBR", row[2])
    machine:put(DRIVERS, "SQL Server", "Installed")
    local clients = machine:require "windows.sql_clients"
    check.equal(clients.drivers(), {}, row[1])
    machine:put(ODBC .. "\\ODBC Data Sources", "Payroll", "SQL Server")
    check.equal(shown(clients.drivers()), { ["SQL Server"] = tostring(row[3]) .. ", in use" }, row[1])
  end
  local machine = native.machine "ws2019-x64"
  machine.needs = nil
  machine.keys[("HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"):lower()].values.ubr = nil
  machine:put(ODBC .. "\\ODBC Data Sources", "Payroll", "SQL Server")
  check.equal(shown(machine:require("windows.sql_clients").drivers()), { ["SQL Server"] = "?, in use" })
end)

check.test("drivers: both views, data sources of people, names and files", function()
  local machine, clients = module("win10-1607-x64+user", "windows.sql_clients")
  check.equal(clients.drivers(), {})
  machine:put(DRIVERS, "ODBC Driver 11 for SQL Server", "Installed")
  machine:put(DRIVERS, "ODBC Driver 17 for SQL Server", "Installed")
  machine:put(DRIVERS, "ODBC Driver 18 for SQL Server", "Installed", nil, 32)
  machine:put(DRIVERS, "PostgreSQL Unicode", "Installed")
  check.equal(shown(clients.drivers()), { ["ODBC Driver 11 for SQL Server"] = "?",
    ["ODBC Driver 17 for SQL Server"] = "true", ["ODBC Driver 18 for SQL Server"] = "true" })
  local version = "HKLM\\SOFTWARE\\Microsoft\\Microsoft ODBC Driver 11 for SQL Server\\CurrentVersion"
  machine:put(version, "Version", "12.0.2000.8")
  machine:put("HKU\\" .. ME .. "\\Software\\ODBC\\ODBC.INI\\ODBC Data Sources", "Mine",
    "ODBC Driver 17 for SQL Server")
  machine:put(ODBC .. "\\ODBC Data Sources", "Old", "a name of its own", nil, 32)
  machine:put(ODBC .. "\\Old", "Driver", "C:\\Windows\\SysWOW64\\SQLSRV32.dll", nil, 32)
  check.equal(shown(clients.drivers()), { ["ODBC Driver 11 for SQL Server 12.0.2000.8"] = "false",
    ["ODBC Driver 17 for SQL Server"] = "true, in use", ["ODBC Driver 18 for SQL Server"] = "true",
    ["SQL Server"] = "false, in use" })
  machine:put(version, "Version", "12.0.4219.0")
  check.equal(shown(clients.drivers())["ODBC Driver 11 for SQL Server 12.0.4219.0"], "true")
  machine:put("HKLM\\SOFTWARE\\Microsoft\\Microsoft SQL Native Client\\CurrentVersion", "Version", "9.00.5000.00")
  check.equal(shown(clients.drivers())["SQL Native Client 9.00.5000.00"], "false")
end)

check.done "sql"
