-- The shared steps: updates behind one restart, each step once, what is only told.

local check = require "check"
local native = require "native"

local function kinds(machine)
  local list = {}
  for _, change in ipairs(machine.changes) do
    if change.kind ~= "value-set" then list[#list + 1] = change.kb or change.kind end
  end
  return table.concat(list, " ")
end

-- A folder that holds packages with these names.
local function shelf(machine, ...)
  machine.folders.shelf = { ... }
  for _, name in ipairs { ... } do machine.packages["shelf/" .. name] = true end
end

check.test("what an update needs comes first, and all of it behind one restart", function()
  local machine = native.machine "win7-sp1-x64"
  local updates = machine:require "steps.updates"
  updates.bring({ { kb = "KB4474419" }, { kb = "KB3140245" } }, {})
  check.equal(kinds(machine), "KB4490628 KB4474419 KB3140245 reboot")
  check.equal(updates.bring({ { kb = "KB4474419" } }, {}), false)
end)

check.test("what waits for its restart is not installed again", function()
  local machine = native.machine "win7-sp1-x64"
  machine:put("HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\Packages\\" ..
    "Package_for_KB3080079~31bf3856ad364e35~amd64~~6.1.1.0", "CurrentState", 0x60)
  machine:require("steps.updates").bring({ { kb = "KB3080079" }, { kb = "KB3140245" } }, {})
  check.equal(kinds(machine), "reboot KB3140245 reboot")
end)

check.test("the update of .NET 3.5: installed where it is at hand and missing, told otherwise", function()
  local function run(name, ...)
    local machine = native.machine(name)
    shelf(machine, ...)
    machine:run("dotnet-strong-crypto", { package = "shelf" })
    return machine
  end
  check.equal(kinds(run("win7-sp1-x64", "windows6.1-kb3154518-x64.msu")), "KB3154518 reboot")
  local machine = run("win7-sp1-x64", "windows6.1-kb3140245-x64.msu")
  check.equal(kinds(machine), "")
  check.any(machine.findings, "only with KB3154518 or a %.NET rollup .* neither was found")
  machine = run("win7-sp1-x64+KB4534310", "windows6.1-kb3154518-x64.msu")
  check.equal(kinds(machine), "", "a rollup may have brought it")
  check.any(machine.findings, "cannot tell whether one is there")
end)

check.test("2008 SP2: the successor where only that is at hand; the SHA-2 updates are told, not needed", function()
  local machine = native.machine "ws2008-sp2-x64"
  shelf(machine, "windows6.0-kb4056564-v2-x64.msu")
  machine:run("azure-backup-tls12", { package = "shelf" })
  check.equal(kinds(machine), "KB4056564 reboot")
  check.any(machine.findings, "KB4493730 was not found")
  check.any(machine.findings, "KB4056564 is known from https:.*TLS%-1.2; a public file, not from a Microsoft document")
  machine:run("azure-backup-tls12", { package = "shelf" })
  check.equal(#machine.changes, 0)
end)

check.test("a runbook of many steps tells what the steps see, each thing once", function()
  local machine = native.machine "win7-sp1-x64"
  machine:put("HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Ciphers\\RC4 128\\128",
    "Enabled", 0)
  machine:run "configmgr-client-tls12"
  local seen = {}
  for _, text in ipairs(machine.findings) do
    check.equal(seen[text], nil, "told twice: " .. text)
    seen[text] = true
  end
  check.any(machine.findings, 'RC4 128 has a key 128 below it .* "RC4 128/128" was meant')
end)

check.test("names of cipher suites have curves up to 8.1", function()
  for name, expected in pairs { ["ws2008r2-sp1-x64"] = true, ["ws2012-x64"] = true, ["win81-x64"] = true,
    ["win10-1507-x64"] = false, ["ws2025-x64"] = false } do
    check.equal(native.machine(name):require("tls.suites").with_curves(), expected, name)
  end
end)

check.test("cipher suites: what 7 to 8.1 share with Azure Front Door", function()
  local function findings(name)
    local machine = native.machine(name)
    machine:run "m365-prepare-tls12"
    return machine.findings
  end
  for _, name in ipairs { "win7-sp1-x64", "ws2012r2-x64", "win7-sp1-x64+KB3042058" } do
    check.any(findings(name), "shares only ECDHE_RSA suites with CBC with Azure Front Door", name)
    check.none(findings(name), "KB3042058 was not found")
  end
  check.none(findings "win10-22h2-x64", "Front Door")
end)

check.test("needs: the union, without what lies below another key", function()
  local needs = native.machine("win7-sp1-x64"):require "steps.needs"
  check.equal(needs({ registry = { "HKLM\\A\\B", "HKLM\\C" }, updates = { "KB3140245" },
    reads = { "HKLM\\C", "HKLM\\D\\E", "HKLM\\C\\F" } },
    { registry = { "HKLM\\A", "HKLM\\CC" }, updates = { "KB3140245" }, reboot = true, reads = { "HKLM\\D", "HKLM" } }),
    { registry = { "HKLM\\C", "HKLM\\A", "HKLM\\CC" }, reads = { "HKLM" }, updates = { "KB3140245" }, reboot = true })
  check.equal(needs({ reads = { "HKLM\\A", "HKLM\\B" } }, { registry = { "HKLM\\A" } }),
    { registry = { "HKLM\\A" }, reads = { "HKLM\\B" }, updates = {} })
end)

check.done "steps"
