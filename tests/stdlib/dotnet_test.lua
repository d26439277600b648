-- tls.dotnet and tls.wininet: versions at their edges, both views, who owns what.

local check = require "check"
local native = require "native"

local function module(name, what)
  local machine = native.machine(name)
  return machine, machine:require(what)
end

check.test("every Release number of the reference", function()
  local _, dotnet = module("win7-sp1-x64", "tls.dotnet")
  local numbers = { [378389] = "4.5", [378675] = "4.5.1", [378758] = "4.5.1", [379893] = "4.5.2", [393295] = "4.6",
    [393297] = "4.6", [394254] = "4.6.1", [394271] = "4.6.1", [394802] = "4.6.2", [394806] = "4.6.2",
    [460798] = "4.7", [460805] = "4.7", [461308] = "4.7.1", [461310] = "4.7.1", [461808] = "4.7.2",
    [461814] = "4.7.2", [528040] = "4.8", [528372] = "4.8", [528449] = "4.8", [528049] = "4.8",
    [533320] = "4.8.1", [533325] = "4.8.1", [533509] = "4.8.1" }
  for release, version in pairs(numbers) do check.equal(dotnet.version(release), version, tostring(release)) end
  check.equal(dotnet.version(378388), nil)
end)

check.test("what is installed", function()
  local function installed(name)
    local _, dotnet = module(name, "tls.dotnet")
    local found = dotnet.installed()
    return { found.v2 or "-", found.v4 or "-" }
  end
  check.equal(installed "win7-sp1-x64", { "3.5", "-" })
  check.equal(installed "win7-sp1-x64+net-4.0", { "3.5", "4.0" })
  local machine, dotnet = module("win7-sp1-x64", "tls.dotnet")
  machine:put(dotnet.SETUP .. "\\v4\\Client", "Install", 1)
  check.equal(dotnet.installed().v4, "4.0 Client Profile")
  check.match(dotnet.obstacles()[2].text, "4.0 Client Profile does not know TLS 1.1 and 1.2")
  machine:put(dotnet.SETUP .. "\\v4\\Full", "Release", 379893)
  check.equal(dotnet.installed().v4, "4.5.2")
  check.equal(installed "win7-sp1-x64+net-379893", { "3.5", "4.5.2" })
  check.equal(installed "win10-22h2-x64", { "-", "4.8" })
  check.equal(installed "ws2012-x64+net-3.5", { "3.5", "4.5" })
end)

check.test("a Release that no version has is not none", function()
  local machine, dotnet = module("ws2016-x64", "tls.dotnet")
  machine:put(dotnet.SETUP .. "\\v4\\Full", "Release", 1)
  check.equal(dotnet.installed().v4, "4.x")
  check.match(dotnet.obstacles()[1].text, "cannot tell which .NET Framework 4")
  check.equal(dotnet.obstacles()[1].missing, nil)
end)

check.test("which update .NET 3.5 needs, by release", function()
  local needs = { ["ws2008-sp2-x64+net-3.5"] = "KB3154517", ["win7-sp1-x64"] = "KB3154518",
    ["ws2012-x64+net-3.5"] = "KB3154519", ["win81-x64+net-3.5"] = "KB3154520",
    ["win10-1511-x64+net-3.5"] = "KB3156421" }
  for name, kb in pairs(needs) do
    local _, dotnet = module(name, "tls.dotnet")
    local list = dotnet.obstacles()
    check.equal({ #list, list[1] and list[1].kb, list[1] and list[1].missing }, { 1, kb, true }, name)
  end
  local _, dotnet = module("win10-1507-x64+net-3.5", "tls.dotnet")
  check.match(dotnet.obstacles()[1].text, "1507 cannot leave the version to Windows")
  for _, name in ipairs { "win10-1607-x64+net-3.5", "ws2022-x64+net-3.5", "win7-sp1-x64+KB3154518" } do
    _, dotnet = module(name, "tls.dotnet")
    check.equal(#dotnet.obstacles(), 0, name)
  end
  _, dotnet = module("win7-sp1-x64+KB4534310", "tls.dotnet")
  check.equal(dotnet.obstacles()[1].missing, nil, "a rollup is there: cannot tell")
end)

check.test("four keys on x64, two on x86, and then nothing", function()
  for name, count in pairs { ["win7-sp1-x64"] = 8, ["win7-sp1-x86"] = 4 } do
    local machine, dotnet = module(name, "tls.dotnet")
    for _, runtime in ipairs(dotnet.RUNTIMES) do dotnet.strengthen(runtime) end
    check.equal(#machine.changes, count, name)
    for _, runtime in ipairs(dotnet.RUNTIMES) do
      check.equal(dotnet.strengthen(runtime), false)
      check.equal(dotnet.strong(runtime), true)
    end
  end
end)

check.test("off and malformed values are told and mended", function()
  local machine, dotnet = module("win7-sp1-x64", "tls.dotnet")
  machine:put(dotnet.path "v4.0.30319", "SchUseStrongCrypto", 0, nil, 32)
  machine:put(dotnet.path "v4.0.30319", "SystemDefaultTlsVersions", "1", nil, 64)
  dotnet.strengthen "v4.0.30319"
  check.any(machine.findings, "SchUseStrongCrypto of v4.0.30319 %(32%-bit%) is off")
  check.any(machine.findings, "SystemDefaultTlsVersions of v4.0.30319 %(64%-bit%) is malformed")
  check.equal(dotnet.strong "v4.0.30319", true)
  check.fails("is no runtime", dotnet.path, "v4.8")
end)

local ME = "S-1-5-21-1004336348-1177238915-682003330-1001"

check.test("WinINET: whose setting is whose", function()
  local machine, wininet = module("win7-sp1-x64+user-a0+profile", "tls.wininet")
  local loaded, absent = wininet.users()
  check.equal({ #loaded, loaded[1], #absent }, { 1, ME, 1 })
  check.equal(wininet.explorer(), nil)
  check.equal(wininet.good(), false)
  check.equal(wininet.mend { "TLS 1.2" }, true)
  check.equal(machine:get(wininet.user_key(ME), "SecureProtocols"), 0x800)
  for _, view in ipairs { 64, 32 } do check.equal(machine:get(wininet.MACHINE, "SecureProtocols", view), 0x800) end
  check.any(machine.findings, "people who are not signed in: 1 %(S%-1%-5%-21%-.*%-1002%)")
  check.any(machine.findings, "known from third parties %(S3%)")
  check.equal(wininet.good(), true)
  check.equal(wininet.mend { "TLS 1.2" }, false)
end)

check.test("WinINET: Explorer 11 has it, a stricter setting stays, SSL goes, TLS 1.3 stays", function()
  local machine, wininet = module("win7-sp1-x64+ie-11+user", "tls.wininet")
  check.equal({ wininet.explorer(), (wininet.release_default()) }, { 11, 0xA80 })
  check.equal(wininet.mend { "TLS 1.1", "TLS 1.2" }, false)
  machine:put(wininet.user_key(ME), "SecureProtocols", 0x800)
  check.equal(wininet.mend { "TLS 1.1", "TLS 1.2" }, false)
  machine:put(wininet.user_key(ME), "SecureProtocols", 0xAA0)
  check.equal(wininet.mend { "TLS 1.1", "TLS 1.2" }, true)
  check.equal(machine:get(wininet.user_key(ME), "SecureProtocols"), 0xA00)
  machine, wininet = module("win11-24h2-x64+user-a0", "tls.wininet")
  wininet.mend { "TLS 1.2" }
  check.equal(machine:get(wininet.user_key(ME), "SecureProtocols"), 0x2800)
  check.equal(machine:get(wininet.MACHINE, "SecureProtocols"), nil)
end)

check.test("WinINET: the default by Explorer, release and revision", function()
  local function default(name, revision)
    local machine = native.machine(name)
    machine.needs = nil
    if revision then machine:put("HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion", "UBR", revision) end
    return { machine:require("tls.wininet").release_default() }
  end
  check.equal(default "win7-sp1-x64+ie-8", { 0xA0, 0 })
  check.equal(default "win7-sp1-x64+ie-11", { 0xA80, 0x20 }, "SSL 3.0 until April 2015")
  check.equal(default "win81-x64", { 0xA80, 0x20 })
  check.equal(default("win10-1809-x64", 3468), { 0xA80, 0 })
  check.equal(default("win10-1809-x64", 3469), { 0x800, 0 })
  check.equal(default "win10-22h2-x64", { 0x800, 0 })
  check.equal(default "win11-24h2-x64", { 0x2800, 0 })
  local machine, wininet = module("win10-22h2-x64+user-a0", "tls.wininet")
  check.equal(wininet.mend { "TLS 1.1", "TLS 1.2" }, true)
  check.equal(machine:get(wininet.user_key(ME), "SecureProtocols"), 0x800, "nothing that the default has not")
  check.any(machine.findings, "mended offer TLS 1.0 no more")
end)

check.test("WinINET: a policy wins, is told and left alone", function()
  local machine, wininet = module("win7-sp1-x64+user-a0", "tls.wininet")
  machine:put(wininet.POLICY, "SecureProtocols", 0xA0)
  check.equal(wininet.mend { "TLS 1.2" }, false)
  check.any(machine.findings, "of the policy HKLM.* is 0xA0.*change the policy")
  check.equal(wininet.good(), false)
  machine:put(wininet.POLICY, "SecureProtocols", 0xA00)
  check.equal(wininet.good(), true)
  machine, wininet = module("win7-sp1-x64+user-a0+ie-11", "tls.wininet")
  machine:put(wininet.user_policy(ME), "SecureProtocols", 0xA0)
  check.equal(wininet.mend { "TLS 1.2" }, false)
  check.any(machine.findings, "of the policy HKU.* wins over every user's setting")
end)

check.test("TLS 1.3 alone is nothing where Windows has none", function()
  for name, good in pairs { ["win10-22h2-x64"] = false, ["win11-24h2-x64"] = true } do
    local machine, wininet = module(name, "tls.wininet")
    local winhttp = machine:require "tls.winhttp"
    machine:put(wininet.POLICY, "SecureProtocols", 0x2000)
    machine:put(winhttp.KEY, winhttp.VALUE, 0x2000)
    check.equal({ (wininet.good()), (winhttp.good(64)) }, { good, good }, name)
  end
end)

check.test("SSL in a policy is its owner's, and TLS 1.2 in it enough", function()
  for _, place in ipairs { "machine", "user" } do
    local machine, wininet = module("win10-22h2-x64+user", "tls.wininet")
    local key = place == "machine" and wininet.POLICY or wininet.user_policy(ME)
    machine:put(key, "SecureProtocols", 0xAA0)
    check.equal({ wininet.mend { "TLS 1.2" }, (wininet.good()) }, { false, true }, place)
    machine:put(key, "SecureProtocols", 0xA0)
    check.equal((wininet.good()), false, place)
  end
end)

check.done "dotnet"
