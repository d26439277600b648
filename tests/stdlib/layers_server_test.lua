-- tls.layers: Remote Desktop, http.sys, SQL Server; tls.verdict over all rows; tls.layer_facts of a machine.

local check = require "check"
local cases = require "layer_cases"
local native = require "native"
local verdict = require "tls.verdict"

local plain, rows_of, row_of, answer = cases.plain, cases.rows_of, cases.row_of, cases.answer

check.test("Remote Desktop: where it is on, its update, its own encryption", function()
  local function of(id, change)
    local facts = plain(id)
    facts.layers.rdp = { fDenyTSConnections = 0 }
    for name, value in pairs(change or {}) do facts.layers.rdp[name] = value end
    local row = row_of(rows_of(facts), "rdp")
    if row then return row.tls12, table.concat(row.offers, ", ") end
  end
  check.equal((of "ws2012"), "yes")
  check.equal((of("ws2012", { fDenyTSConnections = 1 })), nil)
  check.equal({ of("ws2012", { SecurityLayer = 0 }) }, { "no", "" })
  check.equal((of("ws2012", { SecurityLayer = 0, UserAuthentication = 1 })), "yes")
  check.equal({ of("ws2012", { update = { kb = "KB3080079", there = false } }) }, { "no", "SSL 3.0, TLS 1.0, TLS 1.1" })
  check.equal((of("ws2012", { update = { kb = "KB3080079", there = "unknown" } })), "cannot tell")
end)

check.test("the flags of a binding", function()
  for legacy = 0, 1 do
    for twelve = 0, 1 do
      for thirteen = 0, 1 do
        local facts = plain "ws2022"
        local flags = legacy * 0x400 + twelve * 0x1000 + thirteen * 0x40
        facts.layers.http_sys = { { binding = "0.0.0.0:443", flags = flags } }
        local row = row_of(rows_of(facts), "http_sys")
        local names = {}
        for _, name in ipairs(legacy == 1 and {} or { "TLS 1.0", "TLS 1.1" }) do names[#names + 1] = name end
        if twelve == 0 then names[#names + 1] = "TLS 1.2" end
        if thirteen == 0 then names[#names + 1] = "TLS 1.3" end
        check.equal(table.concat(row.offers, ", "), table.concat(names, ", "), ("0x%X"):format(flags))
        check.equal(row.tls12, twelve == 1 and thirteen == 1 and "no" or "yes", ("0x%X"):format(flags))
      end
    end
  end
  local facts = plain "ws2016"
  facts.layers.http_sys = { { binding = "0.0.0.0:443", flags = 0x1000 } }
  check.equal(row_of(rows_of(facts), "http_sys").note, "this Windows does not know the flags that limit versions")
  facts = plain "ws2019"
  facts.layers.http_sys = { { binding = "0.0.0.0:443", flags = 0x1400 } }
  check.equal(answer(facts, "http_sys"), "cannot tell", "the revision decides")
  facts.revision = 404
  check.equal(answer(facts, "http_sys"), "no")
end)

check.test("what counts as in use", function()
  local facts = plain "win81"
  check.equal(row_of(rows_of(facts), "schannel", "as server").counts, false)
  facts.layers.sql.instances = { { name = "MSSQLSERVER", version = "1", capable = true, text = "" } }
  check.equal(row_of(rows_of(facts), "schannel", "as server").counts, true)
  facts.layers.sql.instances, facts.server = {}, nil
  check.equal(row_of(rows_of(facts), "schannel", "as server").counts, "cannot tell")
  facts.layers.sql.drivers = { { name = "SQL Server", capable = false, text = "no", source = "Payroll" } }
  check.equal({ answer(facts, "sql", "data source Payroll"), verdict.of(rows_of(facts)).result }, { "no",
    "not-compliant" })
end)

check.test("what a file does not tell of may be there", function()
  local facts = plain "win81"
  facts.layers.untold = { http_sys = "HKLM\\A", instances = "HKLM\\B" }
  check.equal(row_of(rows_of(facts), "http_sys"), nil, "a workstation")
  facts.layers.untold.drivers = "HKLM\\C"
  check.equal(verdict.of(rows_of(facts)), { result = "cannot-tell", layer = "sql", who = "drivers", role = "Client",
    where = "HKLM\\C", why = "HKLM\\C is not in this file" })
  facts.server = true
  check.equal(verdict.of(rows_of(facts)).why, "HKLM\\A is not in this file")
end)

check.test("the verdict: no before cannot tell before yes, whatever the order", function()
  local ANSWERS, COUNTS = { "yes", "some", "no", "cannot tell" }, { true, false, "cannot tell" }
  local function weight(row)
    if row.counts == false or row.tls12 == "yes" then return 0 end
    return (row.tls12 == "cannot tell" or row.counts == "cannot tell") and 1 or 2
  end
  local all = {}
  for _, one in ipairs(ANSWERS) do
    for _, counts in ipairs(COUNTS) do all[#all + 1] = { layer = "x", who = one, tls12 = one, counts = counts } end
  end
  local names = { [0] = "compliant", "cannot-tell", "not-compliant" }
  for _, a in ipairs(all) do
    for _, b in ipairs(all) do
      local seen = verdict.of { a, b }
      check.equal(seen.result, names[math.max(weight(a), weight(b))])
      if seen.result ~= "compliant" then
        check.equal(seen.who, (weight(a) >= weight(b) and a or b).who, "the first of the worst")
      end
    end
  end
end)

check.test("the facts of a machine", function()
  local function read(name, change)
    local machine = native.machine(name)
    if change then change(machine) end
    return machine:require "tls.layer_facts".read()
  end
  local held = read "win7-sp1-x64+ie-11+rdp+user-a0+profile"
  check.equal({ held.wininet.explorer, held.wininet.users[1].value, held.wininet.absent, held.rdp.fDenyTSConnections },
    { 11, 0xA0, 1, 0 })
  check.equal({ held.winhttp.update.there, held.rdp.update.there, held.dotnet.v2_needs.there }, { false, false, false })
  check.equal({ #held.winhttp.values, #read "win7-sp1-x86".winhttp.values }, { 2, 1 })
  check.equal(read "ws2016-x64+sql-10.50.6542.0".sql.instances[1].capable, true)
  held = read("ws2022-x64", function(machine)
    local http = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\HTTP\\Parameters\\"
    machine:put(http .. "SslBindingInfo\\0.0.0.0:443", "DefaultFlags", 0x400)
    machine:put(http .. "SslSniBindingInfo\\www.example:443", "DefaultFlags", 0)
    machine:put(http .. "SslCcsBindingInfo\\443", "DefaultFlags", 0x40)
    machine:put("HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows NT\\Terminal Services", "fDenyTSConnections", 0)
    machine:put("HKLM\\SOFTWARE\\Microsoft\\PowerShell\\3\\PowerShellEngine", "PowerShellVersion", "5.1.20348.1")
  end)
  check.equal(held.http_sys, { { binding = "0.0.0.0:443", flags = 0x400 }, { binding = "www.example:443", flags = 0 },
    { binding = "443", flags = 0x40 } })
  check.equal({ held.rdp.fDenyTSConnections, held.powershell[1].runtime }, { 0, "v4.0.30319" })
end)

check.test("an update of which nothing tells is unknown, not absent", function()
  local machine = native.machine "win7-sp1-x64"
  for path in pairs(machine.keys) do
    if path:find("tlsmend\\facts", 1, true) or path:find("component based servicing", 1, true) then
      machine.keys[path] = nil
    end
  end
  check.equal(machine:require "tls.facts".read().updates, { KB3042058 = "unknown", KB3161639 = "unknown" })
  local held = machine:require "tls.layer_facts".read()
  check.equal({ held.winhttp.update.there, held.rdp.update.there }, { "unknown", "unknown" })
end)

check.test("texts of a registry that are no path", function()
  local machine = native.machine "ws2022-x64"
  local sources = "HKLM\\SOFTWARE\\ODBC\\ODBC.INI\\ODBC Data Sources"
  local names = "HKLM\\SOFTWARE\\Microsoft\\Microsoft SQL Server\\Instance Names\\SQL"
  for _, text in ipairs { "", "a\\\\b", ".", ("n"):rep(300) } do
    machine:put(sources, text, "SQL Native Client")
    machine:put(names, "I" .. #text, text)
  end
  local held = machine:require "tls.layer_facts".read()
  check.equal({ #held.sql.instances, #held.sql.drivers, held.sql.instances[1].capable }, { 4, 1, "unknown" })
end)

check.test("PowerShell without its runtime does not start", function()
  local machine = native.machine "ws2022-x64"
  local root = "HKLM\\SOFTWARE\\Microsoft\\PowerShell\\%d\\PowerShellEngine"
  machine:put(root:format(1), "PowerShellVersion", "2.0")
  machine:put(root:format(3), "PowerShellVersion", "5.1.1")
  machine:put("HKLM\\SOFTWARE\\Microsoft\\NET Framework Setup\\NDP\\v4\\Full", "Release", 1)
  local held = machine:require "tls.facts".read()
  held.layers = machine:require "tls.layer_facts".read()
  local handshake, seen = machine:require "tls.handshake", {}
  for _, row in ipairs(machine:require "tls.layers".rows(held, handshake.side(held, "Client"),
    handshake.side(held, "Server"))) do
    if row.layer == "dotnet" or row.layer == "powershell" then seen[row.who] = row.tls12 end
  end
  check.equal(seen, { [".NET 4.x, 64-bit"] = "cannot tell", [".NET 4.x, 32-bit"] = "cannot tell",
    ["PowerShell 5.1.1, 64-bit"] = "cannot tell", ["PowerShell 5.1.1, 32-bit"] = "cannot tell" })
end)

check.test("a runtime of .NET that the file does not tell of may be there", function()
  local setup = "HKLM\\SOFTWARE\\Microsoft\\NET Framework Setup\\NDP"
  for _, case in ipairs { { true, true }, { true, false }, { false, true }, { false, false } } do
    local machine = native.machine "win7-sp1-x64"
    for index, place in ipairs { { "\\v3.5", "Install", 1 }, { "\\v4\\Full", "Release", 394802 } } do
      machine:key(setup .. place[1], true).values[place[2]:lower()] = nil
      if case[index] then
        machine:put(setup .. place[1], place[2], place[3])
      else
        table.insert(machine.missing, setup .. place[1])
      end
    end
    local held = machine:require "tls.layer_facts".read { only = { "dotnet" } }.dotnet
    check.equal({ held.v2 ~= nil, held.v4 ~= nil }, case)
    check.equal(held.unknown ~= nil, not (case[1] and case[2]), ("%s %s"):format(case[1], case[2]))
  end
end)

check.test("data sources of the user of a file, in any spelling", function()
  local machine = native.machine "ws2022-x64"
  machine:put("HKU\\S-1-12-1-1-2-3-4\\Software\\ODBC\\ODBC.INI\\ODBC Data Sources", "x", "sql NATIVE client")
  check.equal(machine:require "windows.sql_clients".drivers()[1].in_use, { "x" })
end)

check.done "layers, listeners"
