-- winhttp-tls12 on every built-in machine and on those that somebody has worked on before.

local check = require "check"
local machines = require "machines.builtin"
local native = require "native"

local ID = "winhttp-tls12"
local WINHTTP = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Internet Settings\\WinHttp"
local SCHANNEL = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols\\"

-- Why a release is left alone.
local reasons = {
  ["vista"] = "not made for Windows Vista", ["ws2008"] = "not made for Windows Server 2008:",
  ["win7-rtm"] = "needs Service Pack 1", ["ws2008r2-rtm"] = "needs Service Pack 1",
  ["win8"] = "was not made for Windows 8; move to",
}
local old = { ["win7-sp1"] = true, ["ws2008r2-sp1"] = true, ["ws2012"] = true, ["win8-embedded"] = true }

local function kinds(machine)
  local text = {}
  for _, change in ipairs(machine.changes) do text[#text + 1] = change.kind .. ":" .. change.phase end
  return table.concat(text, " ")
end

-- What was asked for is there, a second run proposes nothing, and verify agrees.
local function settled(machine, name, params)
  local good, reason = machine.verify()
  check.equal({ good, reason }, { true, nil }, name)
  machine:run(ID, params)
  check.equal(kinds(machine), "", name .. ", second run")
end

check.test("every built-in machine", function()
  for _, name in ipairs(machines.names()) do
    local machine = native.machine(name)
    local applies, reason = machine:run(ID)
    local id, architecture = name:match "^(.*)%-(%w+)$"
    local why = reasons[id] or reasons[id:match "^%w+"]
    if old[id] then
      check.equal(applies, true, name)
      local sets = architecture == "x86" and 5 or 6
      check.equal(kinds(machine), "update-install:0 reboot:0" .. (" value-set:1"):rep(sets), name)
      check.equal(machine:get(WINHTTP, "DefaultSecureProtocols"), 0xA00, name)
      check.equal(machine:get(SCHANNEL .. "TLS 1.2\\Client", "Enabled"), 1, name)
      check.equal(machine:get(SCHANNEL .. "TLS 1.2\\Client", "DisabledByDefault"), 0, name)
      settled(machine, name)
    elseif why and not (id == "win81" or id:find "^win1") then
      check.equal(applies, false, name)
      check.match(reason, why, name)
      check.equal(kinds(machine), "", name)
    else
      check.equal(applies, true, name)
      check.equal(kinds(machine), "", name)
      settled(machine, name)
    end
    check.equal(machine.unknowns, {}, name)
  end
end)

check.test("every write says why, and never in words of the registry alone", function()
  local machine = native.machine "win7-sp1-x64"
  machine:run(ID)
  for _, change in ipairs(machine.changes) do assert(#change.why > 20, change.kind) end
end)

check.test("with the update there, by package or by rollup, nothing is installed", function()
  for _, kb in ipairs { "KB3140245", "KB4534310" } do
    local machine = native.machine("win7-sp1-x64+" .. kb)
    machine:run(ID)
    check.equal(kinds(machine), ("value-set:0 "):rep(6):sub(1, -2), kb)
    settled(machine, kb)
  end
end)

check.test("installed but not restarted: the restart alone", function()
  local machine = native.machine "win7-sp1-x64"
  machine:put("HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\Packages\\" ..
    "Package_for_KB3140245~31bf3856ad364e35~amd64~~6.1.1.5", "CurrentState", 0x60)
  machine:run(ID)
  check.match(kinds(machine), "^reboot:0 value%-set:1")
  check.match(machine.changes[1].why, "waits for this restart")
end)

check.test("a restart that is pending comes before the installer", function()
  local machine = native.machine "win7-sp1-x64"
  machine:key("HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\RebootPending", true)
  machine:run(ID)
  check.match(kinds(machine), "^reboot:0 update%-install:1 reboot:1 value%-set:2")
  check.match(machine.changes[1].why, "CBS RebootPending")
end)

check.test("where it cannot be told, the update is planned and the plan says so", function()
  local machine = native.machine "win7-sp1-x64"
  for lower in pairs(machine.keys) do
    if lower:find "facts\\" or lower:find "component based servicing" then machine.keys[lower] = nil end
  end
  machine:run(ID)
  check.match(kinds(machine), "^update%-install:0 reboot:0 value%-set:1")
  check.any(machine.unknowns, "whether KB3140245 is there")
end)

check.test("0xAA0 is reported and replaced, SSL bits are never set", function()
  local machine = native.machine "win7-sp1-x64+KB3140245"
  for _, view in ipairs { 64, 32 } do machine:put(WINHTTP, "DefaultSecureProtocols", 0xAA0, nil, view) end
  machine:run(ID)
  check.any(machine.findings, "64%-bit programs%) is 0xAA0 and offers SSL 3%.0")
  check.any(machine.findings, "32%-bit programs%) is 0xAA0 and offers SSL 3%.0")
  check.equal(machine:get(WINHTTP, "DefaultSecureProtocols", 32), 0xA00)
  local other = native.machine "win7-sp1-x64"
  check.fails("SSL 3%.0 is never switched on", other.run, other, ID, { protocols = { "SSL 3.0", "TLS 1.2" } })
  check.equal(#other.changes, 0)
end)

check.test("parameters: other protocols, exact", function()
  local machine = native.machine "win7-sp1-x64+KB3140245"
  machine:run(ID, { protocols = { "TLS 1.0", "TLS 1.1", "TLS 1.2" } })
  check.equal(machine:get(WINHTTP, "DefaultSecureProtocols"), 0xA80)
  check.equal(machine:get(SCHANNEL .. "TLS 1.0\\Client", "Enabled"), nil, "1.0 is on by default, nothing to write")
  settled(machine, "0xA80", { protocols = { "TLS 1.0", "TLS 1.1", "TLS 1.2" } })
  machine = native.machine "win7-sp1-x64+KB3140245"
  machine:run(ID, { protocols = { "TLS 1.2" } })
  check.equal(machine:get(WINHTTP, "DefaultSecureProtocols"), 0x800)
  check.equal(machine:get(SCHANNEL .. "TLS 1.1\\Client", "Enabled"), nil)
  machine = native.machine "win10-22h2-x64"
  machine:run(ID, { exact = true })
  check.equal(machine:get(WINHTTP, "DefaultSecureProtocols", 32), 0xA00)
  check.fails('must hold "TLS 1%.2"', machine.run, machine, ID, { protocols = { "TLS 1.1" } })
  check.fails("has no TLS 1%.3", machine.run, machine, ID, { protocols = { "TLS 1.3" } })
end)

check.test("8.1 and later: only what takes TLS 1.2 away is mended", function()
  local machine = native.machine "win10-22h2-x64"
  machine:put(WINHTTP, "DefaultSecureProtocols", 0xA0, nil, 32)
  machine:put(SCHANNEL .. "TLS 1.2\\Client", "Enabled", 0)
  machine:put(SCHANNEL .. "TLS 1.1\\Client", "Enabled", 0)
  machine:run(ID)
  check.equal(machine:get(WINHTTP, "DefaultSecureProtocols", 32), 0x800, "no TLS 1.1, which its default has not")
  check.equal(machine:get(WINHTTP, "DefaultSecureProtocols", 64), nil)
  check.equal(machine:get(SCHANNEL .. "TLS 1.2\\Client", "Enabled"), 1)
  check.equal(machine:get(SCHANNEL .. "TLS 1.1\\Client", "Enabled"), 0, "what was hardened stays")
  settled(machine, "10")
end)

check.test("what was hardened on 7 stays: TLS 1.1 off, 0x800", function()
  local machine = native.machine "win7-sp1-x64+KB3140245"
  machine:put(SCHANNEL .. "TLS 1.1\\Client", "Enabled", 0)
  for _, view in ipairs { 64, 32 } do machine:put(WINHTTP, "DefaultSecureProtocols", 0x800, nil, view) end
  machine:run(ID)
  check.equal(machine:get(SCHANNEL .. "TLS 1.1\\Client", "Enabled"), 0)
  check.equal(machine:get(WINHTTP, "DefaultSecureProtocols"), 0x800)
  check.any(machine.findings, "TLS 1%.1\\Client is switched off and stays so")
  settled(machine, "hardened")
end)

check.test("verify sees what came undone", function()
  local machine = native.machine "win7-sp1-x64"
  machine:run(ID)
  machine:put(WINHTTP, "DefaultSecureProtocols", 0xA0, nil, 32)
  local good, reason = machine.verify()
  check.equal(good, false)
  check.match(reason, "32%-bit: 0xA0 %(SSL 3%.0, TLS 1%.0%) offers SSL")
  machine:put(WINHTTP, "DefaultSecureProtocols", 0xA00, nil, 32)
  machine:put(SCHANNEL .. "TLS 1.2\\Client", "Enabled", 0)
  check.match(select(2, machine.verify()), "Schannel does not offer TLS 1%.2 as a client: off")
  machine:put("HKLM\\SOFTWARE\\tlsmend\\Facts\\Files\\32", "System32\\webio.dll", "6.1.7601.17514")
  machine:put("HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\Packages\\" ..
    "Package_for_KB3140245~31bf3856ad364e35~amd64~~6.1.1.0", "CurrentState", 0x40)
  machine.keys[("HKLM\\SOFTWARE\\tlsmend\\Facts\\Hotfixes"):lower()].values = {}
  check.match(select(2, machine.verify()), "KB3140245 is not effective")
end)

check.done "winhttp-tls12"
