-- m365-disable-legacy-tls: clients first, then what would break, then off; nothing off without TLS 1.2 in its place.

local check = require "check"
local machines = require "machines.builtin"
local native = require "native"

local ID = "m365-disable-legacy-tls"
local PROTOCOLS = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols\\"
local TERMINAL = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Terminal Server"

local function run(name, params, prepare)
  local machine = native.machine(name)
  if prepare then prepare(machine) end
  machine:run(ID, params)
  return machine
end

local function blocked(pattern, name, params, prepare)
  local machine = native.machine(name)
  if prepare then prepare(machine) end
  check.fails(pattern, machine.run, machine, ID, params)
  for _, change in ipairs(machine.changes) do assert(change.after ~= 0 or change.name ~= "Enabled", name) end
end

local function installed(machine)
  local list = {}
  for _, change in ipairs(machine.changes) do
    if change.kind == "update-install" then list[#list + 1] = change.kb end
  end
  table.sort(list)
  return table.concat(list, " ")
end

local function state(machine, protocol, role)
  return (machine:require("tls.schannel").state(protocol, role))
end

-- Where in the plan a change of a key and name stands.
local function place(machine, key, name)
  for index, change in ipairs(machine.changes) do
    if change.key == key and change.name == name then return index end
  end
  error(key .. " is not changed", 2)
end

check.test("every machine: what is off had TLS 1.2 on before, in the same role", function()
  for _, name in ipairs(machines.names()) do
    local machine = native.machine(name)
    local ok, applies = pcall(machine.run, machine, ID)
    if ok and applies then
      for _, role in ipairs { "Client", "Server" } do
        check.equal(machine:require("tls.schannel").is_modern(role), true, name)
        check.equal({ state(machine, "TLS 1.0", role), state(machine, "TLS 1.1", role) }, { "off", "off" }, name)
      end
      local good, reason = machine.verify()
      check.equal({ good, reason }, { true, nil }, name)
      machine:run(ID)
      check.equal(#machine.changes, 0, name .. ", second run")
    else
      for _, change in ipairs(machine.changes) do
        assert(not (change.name == "Enabled" and change.after == 0), name .. " is switched off all the same")
      end
    end
  end
end)

check.test("row 31: the client side first, the server's versions off before the client's, SSL before TLS", function()
  local machine = run "ws2008r2-sp1-x64+KB3140245"
  local on = place(machine, PROTOCOLS .. "TLS 1.2\\Client", "Enabled")
  local serves = place(machine, PROTOCOLS .. "TLS 1.2\\Server", "Enabled")
  local ssl = place(machine, PROTOCOLS .. "SSL 3.0\\Server", "Enabled")
  local server = place(machine, PROTOCOLS .. "TLS 1.0\\Server", "Enabled")
  local client = place(machine, PROTOCOLS .. "TLS 1.0\\Client", "Enabled")
  assert(on < serves and serves < ssl and ssl < server and server < client)
  for index, change in ipairs(machine.changes) do
    if change.kind == "value-set" and change.key:find "WinHttp$" then assert(index < ssl) end
    if change.kind == "value-set" and change.key:find "NETFramework" then assert(index < ssl) end
  end
end)

check.test("Remote Desktop: the update first, in an earlier phase; only where it can be reached", function()
  for _, name in ipairs { "win7-sp1-x64+rdp", "ws2008r2-sp1-x64+rdp", "win7-sp1-x86+rdp" } do
    local machine = run(name)
    check.match(installed(machine), "KB3080079", name)
    for _, change in ipairs(machine.changes) do
      if change.kind == "update-install" then check.equal(change.phase, 0) end
      if change.name == "Enabled" and change.after == 0 then check.equal(change.phase, 1) end
    end
    check.any(machine.findings, "KB3080079 is known from https:.*rdptls, not from a Microsoft document %(mark S3%)")
  end
  check.equal(installed(run "win7-sp1-x64+rdp+KB3080079"):find "KB3080079", nil)
  local machine = run "win7-sp1-x64"
  check.equal(installed(machine):find "KB3080079", nil)
  check.any(machine.findings, "Remote Desktop is switched off here")
  machine = run("win7-sp1-x64", nil, function(made)
    made:put("HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows NT\\Terminal Services", "fDenyTSConnections", 0)
  end)
  check.match(installed(machine), "KB3080079", "the policy wins")
  machine = run("win7-sp1-x64", nil, function(made)
    made.keys[TERMINAL:lower()].values = {}
  end)
  check.match(installed(machine), "KB3080079", "unknown counts as reachable")
  check.equal(installed(run("win7-sp1-x64+rdp", { roles = { "Client" } })):find "KB3080079", nil)
  machine = run("win7-sp1-x64+rdp", { accept = { "rdp" } })
  check.equal(installed(machine):find "KB3080079", nil)
  check.any(machine.findings, 'accepted as "rdp": Remote Desktop cannot be reached')
  check.equal(installed(run "ws2012-x64+rdp+KB3140245"), "", "supported out of the box")
end)

check.test("SQL Server", function()
  blocked("SQL Server 2012 SP3 11.0.6020.0 does not speak TLS 1%.2.*accept=sql", "ws2012-x64+sql-11.0.6020.0")
  blocked("cannot tell whether it speaks TLS 1%.2", "ws2012r2-x64+sql-12.0.2342.0")
  blocked("10.50.6537.0 crashes", "ws2008r2-sp1-x64+sql-10.50.6537.0")
  for _, build in ipairs { "11.0.7001.0", "12.0.5000.0", "13.0.1601.5" } do
    check.equal(state(run("ws2012r2-x64+sql-" .. build), "TLS 1.0", "Server"), "off", build)
  end
  local machine = run("ws2012-x64+sql-11.0.6020.0", { accept = { "sql" } })
  check.equal(state(machine, "TLS 1.0", "Server"), "off")
  check.any(machine.findings, 'accepted as "sql"')
  blocked("does not tell its version", "ws2016-x64", nil, function(made)
    made:put("HKLM\\SOFTWARE\\Microsoft\\Microsoft SQL Server\\Instance Names\\SQL", "X", "MSSQL13.X", nil, 32)
  end)
end)

check.test("SQL Server's service pack in the second number", function()
  blocked("2008 R2 10.53.6000.34 does not speak TLS 1%.2", "ws2012r2-x64+sql-10.53.6000.34")
  check.equal(state(run "ws2012r2-x64+sql-11.4.7001.0", "TLS 1.0", "Server"), "off")
end)

check.test("drivers for SQL Server: a data source is in the way, one that nobody names is told", function()
  local drivers = "HKLM\\SOFTWARE\\ODBC\\ODBCINST.INI\\ODBC Drivers"
  local function prepare(machine)
    machine:put("HKLM\\SOFTWARE\\Microsoft\\Microsoft SQL Server\\SQLNCLI11\\CurrentVersion", "Version", "11.0.2100.60")
    machine:put(drivers, "ODBC Driver 11 for SQL Server", "Installed", nil, 32)
  end
  local machine = run("ws2012r2-x64", nil, prepare)
  check.equal(state(machine, "TLS 1.0", "Client"), "off")
  check.any(machine.findings, "Native Client 11.0 11.0.2100.60 does not speak TLS 1%.2.*no data source names it")
  check.any(machine.findings, "ODBC Driver 11 for SQL Server: cannot tell whether version unknown speaks TLS 1%.2")
  local function use(made)
    prepare(made)
    made:put("HKLM\\SOFTWARE\\ODBC\\ODBC.INI\\ODBC Data Sources", "Payroll", "SQL Server")
  end
  blocked('data source Payroll: the driver "SQL Server" of this Windows.*accept=drivers', "ws2012r2-x64", nil, use)
  check.equal(state(run("ws2012r2-x64", { roles = { "Server" } }, use), "TLS 1.0", "Server"), "off")
  check.equal(state(run("ws2012r2-x64", { accept = { "drivers" } }, use), "TLS 1.0", "Client"), "off")
  check.equal(state(run("ws2022-x64", nil, use), "TLS 1.0", "Client"), "off")
end)

check.test(".NET", function()
  check.match(installed(run "win7-sp1-x64"), "KB3154518")
  check.equal(installed(run("win7-sp1-x64", { accept = { "dotnet" } })), "KB3140245")
  blocked("does not know TLS 1%.1 and 1%.2", "win7-sp1-x64+net-4.0")
  blocked("1507 cannot leave the version to Windows.*accept=dotnet", "win10-1507-x64+net-3.5")
  check.match(installed(run "ws2012r2-x64+net-3.5"), "KB3154520")
  check.equal(installed(run("ws2012r2-x64+net-3.5", { roles = { "Server" } })), "")
end)

check.test("WinHTTP without a way to TLS 1.2: 8 and 2008 SP2", function()
  for _, name in ipairs { "win8-x64", "ws2008-sp2-x64+KB4019276" } do
    blocked("programs that use WinHTTP would be cut off.*accept=winhttp", name)
    local machine = run(name, { accept = { "winhttp" } })
    check.equal(state(machine, "TLS 1.0", "Client"), "off", name)
    machine = run(name, { roles = { "Server" } })
    check.equal(state(machine, "TLS 1.0", "Server"), "off", name)
    check.equal(state(machine, "TLS 1.0", "Client"), "default", name)
  end
  local machine = run("ws2008-sp2-x64+rdp", { roles = { "Server" } })
  check.equal(installed(machine), "KB4019276 KB4074621")
  local applies, reason = native.machine("vista-sp2-x64"):run(ID)
  check.equal(applies, false)
  check.match(reason, "nothing would be left")
end)

check.test("TLS 1.2 that somebody switched off: that comes first, and nobody guesses", function()
  for _, role in ipairs { "Client", "Server" } do
    local function off(made)
      made:put(PROTOCOLS .. "TLS 1.2\\" .. role, "Enabled", 0)
      made:put(PROTOCOLS .. "TLS 1.2\\" .. role, "DisabledByDefault", 1)
    end
    for _, name in ipairs { "win10-22h2-x64", "win7-sp1-x64+KB3140245" } do
      blocked(("TLS 1%%.2\\%s is off.*run schannel%%-tls12 first"):format(role), name, nil, off)
    end
    check.equal(state(run("win11-24h2-x64", nil, off), "TLS 1.0", role), "off", "TLS 1.3 is left")
  end
end)

check.test("roles and protocols as asked for", function()
  local machine = run("win10-22h2-x64", { roles = { "Server" }, protocols = { "TLS 1.0" } })
  check.equal({ state(machine, "TLS 1.0", "Server"), state(machine, "TLS 1.1", "Server"),
    state(machine, "TLS 1.0", "Client") }, { "off", "default", "default" })
  check.equal(state(run "win10-22h2-x64", "SSL 2.0", "Server"), "default", "removed from Windows: nothing to write")
end)

check.done "gates"
