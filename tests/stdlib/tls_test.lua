-- tls.winhttp and tls.schannel: bits, states, refusals, both views; the rows of the reference that show in behaviour.

local check = require "check"
local native = require "native"

local function modules(name)
  local machine = native.machine(name)
  return machine, machine:require "tls.winhttp", machine:require "tls.schannel"
end

local function set_value(machine, winhttp, data, view, kind)
  machine:put(winhttp.KEY, "DefaultSecureProtocols", data, kind, view)
end

check.test("bits by name, every documented sum", function()
  local _, winhttp = modules "win11-24h2-x64"
  local sums = { [0xA80] = { "TLS 1.0", "TLS 1.1", "TLS 1.2" }, [0xA00] = { "TLS 1.1", "TLS 1.2" },
    [0x880] = { "TLS 1.0", "TLS 1.2" }, [0x800] = { "TLS 1.2" }, [0x2800] = { "TLS 1.2", "TLS 1.3" } }
  for bits, list in pairs(sums) do
    check.equal(winhttp.bits(list), bits)
    check.equal(winhttp.names(bits), table.concat(list, ", "))
  end
  check.equal(winhttp.names(0xAA0), "SSL 3.0, TLS 1.0, TLS 1.1, TLS 1.2")
  check.equal(winhttp.names(0x801), "TLS 1.2, unknown bits 0x1")
  check.equal(winhttp.names(0), "nothing")
end)

check.test("what is never set: SSL, prose, nothing, TLS 1.3 before its time", function()
  local _, winhttp = modules "win7-sp1-x64"
  check.fails("SSL 3%.0 is never switched on", winhttp.bits, { "TLS 1.2", "SSL 3.0" })
  check.fails("SSL 2%.0 is never switched on", winhttp.bits, { "SSL 2.0" })
  check.fails('"TLS 1,2" is no protocol', winhttp.bits, { "TLS 1,2" }) -- row 29
  check.fails("is no protocol", winhttp.bits, { "tls 1.2" })
  check.fails("a list of protocols expected", winhttp.bits, {})
  check.fails("a list of protocols expected", winhttp.bits, "TLS 1.2")
  for _, name in ipairs { "win7-sp1-x64", "ws2019-x64", "win10-22h2-x64" } do
    local _, other = modules(name)
    check.fails("has no TLS 1%.3", other.bits, { "TLS 1.3" })
  end
end)

check.test("one value, both views on 64-bit, one on 32-bit", function() -- rows 12 and 19
  local machine, winhttp = modules "win7-sp1-x64"
  winhttp.default_protocols { "TLS 1.1", "TLS 1.2" }
  check.equal(#machine.changes, 2)
  for _, view in ipairs { 64, 32 } do
    check.equal({ machine:get(winhttp.KEY, "DefaultSecureProtocols", view) }, { 0xA00, "REG_DWORD" })
  end
  machine, winhttp = modules "win7-sp1-x86"
  winhttp.default_protocols { "TLS 1.2" }
  check.equal(#machine.changes, 1)
end)

check.test("what stands there, explained", function()
  local machine, winhttp = modules "win7-sp1-x64"
  check.equal(winhttp.current(64).present, false)
  set_value(machine, winhttp, 0xAA0, 64)
  check.equal(winhttp.current(64).ssl, 0x20)
  winhttp.report()
  check.any(machine.findings, "0xAA0 and offers SSL 3%.0; the Configuration Manager guide") -- row 10
  set_value(machine, winhttp, "0xA00", 32)
  check.equal(winhttp.current(32).malformed, true)
  winhttp.report()
  check.any(machine.findings, "malformed: REG_SZ where REG_DWORD belongs")
  set_value(machine, winhttp, 0x10A00, 32)
  check.equal(winhttp.current(32).unknown, 0x10000)
  winhttp.report()
  check.any(machine.findings, "ignores a value with the bits 0x10000")
  set_value(machine, winhttp, 0, 32)
  winhttp.report()
  check.any(machine.findings, "is 0; current Windows ignores that")
end)

check.test("a good value and a bad one, by release", function()
  local function good(name, data)
    local machine, winhttp = modules(name)
    if data then set_value(machine, winhttp, data, 64) end
    return (winhttp.good(64))
  end
  check.equal(good("win7-sp1-x64"), false) -- row 13: absent is not enough for WinHTTP
  check.equal(good("ws2012-x64"), false) -- row 15
  check.equal(good("win81-x64"), true) -- row 24: absence is healthy
  check.equal(good("win11-24h2-x64"), true)
  for data, expected in pairs { [0xA0] = false, [0xAA0] = false, [0xA80] = true, [0xA00] = true, [0x800] = true,
    [0] = false, [0x10A00] = false } do
    check.equal(good("win81-x64", data), expected, ("0x%X"):format(data))
  end
end)

check.test("mending leaves good values alone and never widens", function()
  local function mend(name, data, list)
    local machine, winhttp = modules(name)
    if data then for _, view in ipairs { 64, 32 } do set_value(machine, winhttp, data, view) end end
    winhttp.mend_protocols(list or { "TLS 1.1", "TLS 1.2" })
    return machine:get(winhttp.KEY, "DefaultSecureProtocols", 64), machine
  end
  check.equal(mend("win7-sp1-x64"), 0xA00)
  check.equal(mend("win7-sp1-x64", 0xAA0), 0xA00)
  check.equal(mend("win7-sp1-x64", 0xA80), 0xA00)
  local left, machine = mend("win7-sp1-x64", 0x800)
  check.equal(left, 0x800)
  check.any(machine.findings, "stricter than asked for; it stays")
  check.equal(mend("win81-x64"), nil)
  check.equal(mend("win81-x64", 0xA80), 0xA80)
  check.equal(mend("win81-x64", 0xA0), 0xA00)
  check.equal(mend("win11-24h2-x64", 0xA0), 0x2800) -- nothing that 11 has off by default, and 1.3 stays
  check.equal(mend("win11-24h2-x64", 0xA0, { "TLS 1.1" }), 0x2800)
end)

check.test("what an update took out of the default is not put back", function()
  local function mend(revision, data)
    local machine = native.machine "ws2019-x64"
    local current = "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"
    machine:put(current, "UBR", revision or 0)
    if not revision then machine.keys[current:lower()].values.ubr = nil end
    machine.needs = nil
    local winhttp = machine:require "tls.winhttp"
    if data then for _, view in ipairs { 64, 32 } do set_value(machine, winhttp, data, view) end end
    winhttp.mend_protocols { "TLS 1.1", "TLS 1.2" }
    return machine:get(winhttp.KEY, "DefaultSecureProtocols", 64), winhttp
  end
  check.equal(mend(3468, 0xA0), 0xA00)
  check.equal(mend(3469, 0xA0), 0x800)
  check.equal(mend(nil, 0xA0), 0x800)
  for _, revision in ipairs { 3468, 3469, false } do
    local left, winhttp = mend(revision or nil)
    check.equal({ left, winhttp.good(64) }, { nil, true }, "absent is good either way")
  end
end)

check.test("what leaves the default is told", function()
  local machine, winhttp = modules "win7-sp1-x64"
  winhttp.mend_protocols { "TLS 1.1", "TLS 1.2" }
  check.any(machine.findings, "WinHTTP offers TLS 1.0 no more")
  machine, winhttp = modules "win7-sp1-x64"
  winhttp.mend_protocols { "TLS 1.0", "TLS 1.1", "TLS 1.2" }
  check.none(machine.findings, "no more")
  machine, winhttp = modules "win11-24h2-x64"
  winhttp.mend_protocols { "TLS 1.2" }
  check.none(machine.findings, "no more")
end)

-- Enabled, DisabledByDefault, release -> what is set, what comes of it
local states = {
  { nil, nil, "win7-sp1-x64", "default", "request" },
  { nil, nil, "ws2012-x64", "default", "on" },
  { nil, nil, "ws2008-sp2-x64", "default", "unsupported" },
  { 1, 0, "win7-sp1-x64", "on", "on" },
  { 0xFFFFFFFF, 0, "win7-sp1-x64", "on", "on" },
  { 1, nil, "win7-sp1-x64", "half", "request" }, -- Enabled=1 alone is not enough on 7
  { 1, nil, "win10-22h2-x64", "on", "on" },
  { nil, 0, "win7-sp1-x64", "on", "on" },
  { nil, 1, "win10-22h2-x64", "half", "request" },
  { 0, nil, "win10-22h2-x64", "half", "off" },
  { 0, 1, "win10-22h2-x64", "off", "off" },
  { 0, 0, "win10-22h2-x64", "half", "off" },
  { 1, 1, "win10-22h2-x64", "half", "request" },
  { "1", 0, "win10-22h2-x64", "malformed", nil },
  { 1, "0", "win10-22h2-x64", "malformed", nil },
}

check.test("the states of a protocol", function()
  for index, row in ipairs(states) do
    local machine, _, schannel = modules(row[3])
    local path = schannel.path("TLS 1.2", "Client")
    if row[1] ~= nil then machine:put(path, "Enabled", row[1]) end
    if row[2] ~= nil then machine:put(path, "DisabledByDefault", row[2]) end
    local set, effect = schannel.state("TLS 1.2", "Client")
    check.equal({ set, effect }, { row[4], row[5] }, "row " .. index)
  end
end)

check.test("values on the version key itself count for nothing", function() -- row 3
  local machine, _, schannel = modules "win7-sp1-x64"
  machine:put(schannel.KEY .. "\\TLS 1.2", "Enabled", 1)
  machine:put(schannel.KEY .. "\\TLS 1.2", "DisabledByDefault", 0)
  check.equal(schannel.state("TLS 1.2", "Client"), "default")
end)

check.test("enable writes both values, from every state, and then nothing", function()
  for _, row in ipairs(states) do
    if row[3] ~= "ws2008-sp2-x64" then
      local machine, _, schannel = modules(row[3])
      local path = schannel.path("TLS 1.2", "Client")
      if row[1] ~= nil then machine:put(path, "Enabled", row[1]) end
      if row[2] ~= nil then machine:put(path, "DisabledByDefault", row[2]) end
      schannel.enable("TLS 1.2", "Client")
      check.equal(schannel.state("TLS 1.2", "Client"), "on")
      machine.changes = {}
      schannel.enable("TLS 1.2", "Client")
      check.equal(#machine.changes, 0, "twice")
      check.equal(schannel.state("TLS 1.2", "Server"), "default", "the other role")
    end
  end
end)

check.test("enable leaves 0xFFFFFFFF as it is: any number but 0 is on", function()
  local machine, _, schannel = modules "win7-sp1-x64"
  machine:put(schannel.path("TLS 1.2", "Client"), "Enabled", 0xFFFFFFFF)
  schannel.enable("TLS 1.2", "Client")
  check.equal(machine:get(schannel.path("TLS 1.2", "Client"), "Enabled"), 0xFFFFFFFF)
end)

check.test("ensure writes only where it is not on", function()
  local machine, _, schannel = modules "win10-22h2-x64"
  schannel.ensure("TLS 1.2", "Client")
  check.equal(#machine.changes, 0)
  machine:put(schannel.path("TLS 1.2", "Client"), "Enabled", 0)
  schannel.ensure("TLS 1.2", "Client")
  check.equal(schannel.state("TLS 1.2", "Client"), "on")
  check.any(machine.findings, "TLS 1%.2\\Client is switched off or half set")
end)

check.test("disable writes both values", function()
  local machine, _, schannel = modules "win10-22h2-x64"
  schannel.disable("TLS 1.0", "Server")
  check.equal({ schannel.state("TLS 1.0", "Server") }, { "off", "off" })
  machine.changes = {}
  schannel.disable("TLS 1.0", "Server")
  check.equal(#machine.changes, 0)
end)

check.test("refusals", function()
  local _, _, schannel = modules "win10-22h2-x64"
  check.fails("has no TLS 1%.3; Windows 11 and Server 2022", schannel.enable, "TLS 1.3", "Client")
  check.fails("SSL 3%.0 is never switched on", schannel.enable, "SSL 3.0", "Client")
  check.fails('"TLS 1,2" is no protocol', schannel.enable, "TLS 1,2", "Client")
  check.fails('the role is "Client" or "Server"', schannel.enable, "TLS 1.2", "client")
  local machine, _, later = modules "ws2022-x64"
  later.enable("TLS 1.3", "Server")
  check.equal(#machine.changes, 2)
  local _, _, older = modules "ws2008-sp2-x64"
  check.fails("has no TLS 1%.2", older.enable, "TLS 1.2", "Client")
  local updated, _, capable = modules "ws2008-sp2-x64+KB4056564" -- rows 20 and 35
  check.equal({ capable.state("TLS 1.2", "Client") }, { "default", "request" })
  capable.enable("TLS 1.2", "Client")
  check.equal(#updated.changes, 2)
end)

check.done "tls"
