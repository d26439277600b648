-- Where the five documents are wrong or contradict each other: one test for each row that shows in what a runbook does.
-- Rows 11, 12, 13, 15, 18, 19, 29 have tests of the modules as well (tests/stdlib/tls_test.lua). Not testable here,
-- because they are about dates, links or prose: 25, 27, 28 and 34; what they say stands on the runbooks' pages. Row 31
-- (clients first) is in gates_test.lua.

local check = require "check"
local machines = require "machines.builtin"
local native = require "native"

local WINHTTP = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Internet Settings\\WinHttp"
local PROTOCOLS = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols\\"
local CLIENT, SERVER = PROTOCOLS .. "TLS 1.2\\Client", PROTOCOLS .. "TLS 1.2\\Server"
local DOTNET = "HKLM\\SOFTWARE\\Microsoft\\.NETFramework\\"
local DOCUMENTS = { "injixo-tls12", "configmgr-client-tls12", "m365-prepare-tls12", "m365-disable-legacy-tls",
  "azure-backup-tls12" }

local function run(id, name, params, prepare)
  local machine = native.machine(name)
  if prepare then prepare(machine) end
  return machine, machine:run(id, params)
end

-- Whether some change of a machine is for a key that ends in `tail`.
local function touches(machine, tail)
  for _, change in ipairs(machine.changes) do
    if change.key and change.key:sub(-#tail) == tail then return true end
  end
  return false
end

local function installs(machine, kb)
  for _, change in ipairs(machine.changes) do
    if change.kind == "update-install" and change.kb == kb then return true end
  end
  return false
end

check.test("1: three layers, each on its own: Schannel from 8, WinHTTP from 8.1, WinINET with Explorer 11", function()
  local machine = run("schannel-tls12", "ws2012-x64")
  check.equal(#machine.changes, 0, "Schannel of 2012")
  machine = run("winhttp-tls12", "ws2012-x64")
  assert(#machine.changes > 0, "WinHTTP of 2012")
  machine = run("wininet-tls12", "ws2012-x64")
  assert(touches(machine, "Internet Settings"), "WinINET of 2012")
  for _, id in ipairs { "schannel-tls12", "winhttp-tls12", "wininet-tls12" } do
    check.equal(#run(id, "ws2012r2-x64").changes, 0, id .. ", 2012 R2")
  end
end)

check.test("2, 35: 7, 2008 R2 and 2008 SP2 do have TLS 1.2", function()
  for _, name in ipairs { "win7-sp1-x64", "ws2008r2-sp1-x64", "ws2008-sp2-x64+KB4019276" } do
    local machine, applies = run("injixo-tls12", name)
    check.equal({ applies, machine:get(CLIENT, "Enabled"), (machine:get(CLIENT, "DisabledByDefault")) }, { true, 1, 0 },
      name)
  end
end)

check.test("3: values belong into Client and Server, never on the version key", function()
  for _, id in ipairs(DOCUMENTS) do
    for _, name in ipairs { "win7-sp1-x64+KB3140245", "ws2008-sp2-x64+KB4019276", "win10-22h2-x64" } do
      local machine = native.machine(name)
      pcall(machine.run, machine, id)
      for _, change in ipairs(machine.changes) do
        assert(not (change.key or ""):find "Protocols\\[^\\]+$", id .. " writes to " .. tostring(change.key))
      end
    end
  end
  local machine = run("injixo-tls12", "win7-sp1-x64", nil, function(machine)
    machine:put(PROTOCOLS .. "TLS 1.2", "Enabled", 1)
    machine:put(PROTOCOLS .. "TLS 1.2", "DisabledByDefault", 0)
  end)
  check.any(machine.findings, "on the key TLS 1%.2 itself counts for nothing")
  check.equal(machine:get(CLIENT, "Enabled"), 1, "done by the page, and still not done")
end)

check.test("4, 29: keys come from closed lists, never from prose", function()
  for _, name in ipairs { "Protokolle", "TLS 1,2" } do
    local machine = run("schannel-tls12", "win10-22h2-x64", nil, function(machine)
      machine:put((name == "TLS 1,2" and PROTOCOLS or PROTOCOLS:gsub("Protocols\\$", "")) .. name, "Enabled", 1)
    end)
    check.equal(#machine.changes, 0)
    if name == "TLS 1,2" then check.any(machine.findings, "TLS 1,2 is no protocol") end
  end
  local machine = native.machine "win7-sp1-x64"
  check.fails('"TLS 1,2" is no protocol', machine.run, machine, "winhttp-tls12", { protocols = { "TLS 1,2" } })
end)

check.test("5: nothing but Windows is needed", function()
  local machine = run("injixo-tls12", "win7-sp1-x64")
  for _, change in ipairs(machine.changes) do check.equal(change.kind, "value-set") end
end)

check.test("6: Internet Options are set, and nothing claims that of Chromium's Edge", function()
  local machine = run("injixo-tls12", "win10-22h2-x64+user-a0")
  assert(touches(machine, "Internet Settings") and not touches(machine, "Policies\\Microsoft\\Edge"))
end)

check.test("7: TLS 1.2 or later: what has 1.3 keeps it", function()
  local machine = run("injixo-tls12", "win11-24h2-x64+user-a0")
  check.equal(machine.changes[1].after, 0x2800)
  machine = run("injixo-tls12", "ws2022-x64")
  check.equal(#machine.changes, 0)
end)

check.test("8: one restart at most, and none for registry values alone", function()
  for _, id in ipairs(DOCUMENTS) do
    for _, name in ipairs { "win7-sp1-x64+rdp", "win10-22h2-x64", "ws2012-x64" } do
      local machine, restarts, updates = run(id, name), 0, 0
      for _, change in ipairs(machine.changes) do
        if change.kind == "reboot" then restarts = restarts + 1 end
        if change.kind == "update-install" then updates = updates + 1 end
      end
      check.equal(restarts, math.min(updates, 1), id .. " on " .. name)
    end
  end
end)

check.test("9: the include says TLS 1.2 is on: not on 7 and 2008 R2", function()
  for _, name in ipairs { "win7-sp1-x64", "ws2008r2-sp1-x64" } do
    local machine = run("configmgr-client-tls12", name)
    check.equal({ machine:get(CLIENT, "Enabled"), (machine:get(CLIENT, "DisabledByDefault")) }, { 1, 0 }, name)
  end
  assert(not touches(run("configmgr-client-tls12", "win10-22h2-x64"), "TLS 1.2\\Client"))
end)

check.test("10, 26: 0xAA0 is told and never written", function()
  for _, name in ipairs(machines.names()) do
    local machine = run("configmgr-client-tls12", name)
    for _, view in ipairs(machine.sixtyfour and { 64, 32 } or { 32 }) do
      local bits = machine:get(WINHTTP, "DefaultSecureProtocols", view)
      assert(bits == nil or bits & 0x28 == 0, name)
    end
  end
  local machine = run("configmgr-client-tls12", "win7-sp1-x64", nil, function(machine)
    machine:put(WINHTTP, "DefaultSecureProtocols", 0xAA0)
  end)
  check.any(machine.findings, "0xAA0 and offers SSL 3%.0; the Configuration Manager guide gives this number")
  check.equal(machine:get(WINHTTP, "DefaultSecureProtocols"), 0xA00)
end)

check.test("11, 24: where the default is good, absence is healthy and stays", function()
  for _, name in ipairs { "win81-x64", "ws2012r2-x64", "win10-22h2-x64", "win11-24h2-x64", "ws2025-x64" } do
    for _, id in ipairs { "configmgr-client-tls12", "azure-backup-tls12", "m365-prepare-tls12" } do
      local machine = run(id, name)
      check.equal(machine:get(WINHTTP, "DefaultSecureProtocols"), nil, name)
      check.equal(machine:get(CLIENT, "Enabled"), nil, name)
    end
  end
  check.equal(run("azure-backup-tls12", "win8-x64"):get(CLIENT, "Enabled"), nil, "Schannel is on from 8 and 2012")
end)

check.test("12, 13, 14: the update alone is not enough: the value is made, in both views, and Schannel", function()
  for _, id in ipairs { "m365-prepare-tls12", "m365-disable-legacy-tls" } do
    local machine = run(id, "win7-sp1-x64+KB3140245")
    assert(not installs(machine, "KB3140245"))
    for _, view in ipairs { 64, 32 } do
      assert(machine:get(WINHTTP, "DefaultSecureProtocols", view) & 0x800 ~= 0, id)
    end
    check.equal(machine:get(CLIENT, "Enabled"), 1)
  end
end)

check.test("15: 8 and later are not fine: WinHTTP of 2012 needs update and value, 8 has no way", function()
  local machine = run("m365-prepare-tls12", "ws2012-x64")
  assert(installs(machine, "KB3140245"))
  check.equal(machine:get(WINHTTP, "DefaultSecureProtocols"), 0xA00)
  local _, applies, reason = run("m365-prepare-tls12", "win8-x64")
  check.equal(applies, false)
  check.match(reason, "move to Windows 8%.1")
end)

check.test("16: .NET 4.5 has no TLS 1.1 by itself: both values are set", function()
  local machine = run("m365-prepare-tls12", "ws2012-x64")
  check.any(machine.findings, "%.NET 4%.5 offers TLS 1%.2 by the registry values alone")
  check.equal(machine:get(DOTNET .. "v4.0.30319", "SchUseStrongCrypto"), 1)
end)

check.test("17: the name is DefaultSecureProtocols", function()
  for _, change in ipairs(run("m365-prepare-tls12", "win7-sp1-x64+KB3140245").changes) do
    if change.key == WINHTTP then check.equal(change.name, "DefaultSecureProtocols") end
  end
end)

check.test("18: 0x2000 is known, and only where there is TLS 1.3", function()
  local machine = run("winhttp-tls12", "win11-24h2-x64", { protocols = { "TLS 1.2", "TLS 1.3" }, exact = true })
  check.equal(machine:get(WINHTTP, "DefaultSecureProtocols"), 0x2800)
end)

check.test("19: both views on x64, for every document that speaks of WinHTTP; one on x86", function()
  for _, id in ipairs { "configmgr-client-tls12", "m365-prepare-tls12", "azure-backup-tls12" } do
    local machine = run(id, "win7-sp1-x64")
    check.equal(machine:get(WINHTTP, "DefaultSecureProtocols", 32), 0xA00, id)
    machine = run(id, "win7-sp1-x86")
    check.equal(machine:get(WINHTTP, "DefaultSecureProtocols"), 0xA00, id)
  end
end)

check.test("20: KB4019276 brings the protocol to 2008 SP2, KB3140245 changes WinHTTP elsewhere", function()
  local machine = run("azure-backup-tls12", "ws2008-sp2-x64")
  assert(installs(machine, "KB4019276") and not installs(machine, "KB3140245"))
  machine = run("azure-backup-tls12", "ws2012-x64")
  assert(installs(machine, "KB3140245") and not installs(machine, "KB4019276"))
end)

check.test("21: Azure Backup gets the WinHTTP value that its page leaves out", function()
  check.equal(run("azure-backup-tls12", "win7-sp1-x64"):get(WINHTTP, "DefaultSecureProtocols"), 0xA00)
end)

check.test("22: Client for an agent, Server too where the machine serves", function()
  assert(not touches(run("azure-backup-tls12", "ws2008r2-sp1-x64"), "TLS 1.2\\Server"))
  local machine = run("schannel-tls12", "ws2008r2-sp1-x64")
  check.equal({ machine:get(CLIENT, "Enabled"), (machine:get(SERVER, "Enabled")) }, { 1, 1 })
end)

check.test("23, 33: both runtimes, both values, and Schannel where it is off", function()
  local machine = run("azure-backup-tls12", "ws2008r2-sp1-x64")
  for _, runtime in ipairs { "v2.0.50727", "v4.0.30319" } do
    for _, name in ipairs { "SystemDefaultTlsVersions", "SchUseStrongCrypto" } do
      for _, view in ipairs { 64, 32 } do check.equal(machine:get(DOTNET .. runtime, name, view), 1, name) end
    end
  end
  machine = run("dotnet-strong-crypto", "win7-sp1-x64")
  check.any(machine.findings, "Schannel does not offer TLS 1%.2 as a client, and %.NET follows it")
end)

check.test("30: what KB245030 says of 2003 is not written: no former names, no algorithms at all", function()
  for _, id in ipairs(DOCUMENTS) do
    local machine = native.machine "win7-sp1-x64+KB3140245"
    machine:run(id)
    for _, part in ipairs { "\\Ciphers\\", "\\Hashes\\", "\\KeyExchangeAlgorithms\\" } do
      for _, change in ipairs(machine.changes) do assert(not (change.key or ""):find(part, 1, true), id) end
    end
  end
end)

check.test("36: no values where 6.2 has TLS 1.2 on by itself", function()
  check.equal(#run("schannel-tls12", "ws2012-x64").changes, 0)
end)

check.done "contradictions"
