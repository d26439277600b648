-- update and files: which package is taken, what is refused, what is predicted.

local check = require "check"
local native = require "native"

local KNOWN = "windows6.1-kb3140245-x64_5b067ffb69a94a6e5f9da89ce88c658e52a0dec0.msu"

local function machine_with(name, folder, files)
  local machine = native.machine(name)
  machine.folders[folder] = files
  for _, file in ipairs(files) do machine.packages[folder .. "/" .. file] = true end
  return machine
end

local function install(machine, options)
  options.kb = options.kb or "KB3140245"
  machine:require("update").install(options)
  return machine.changes[1]
end

check.test("the package of a folder, by name scheme and architecture", function()
  local all = { "readme.txt", KNOWN, "Windows6.1-KB3140245-x86.msu", "windows8-rt-kb3140245-x64.msu",
    "windows6.1-kb3080079-x64.msu", "windows6.1-kb31402450-x64.msu" }
  local expected = { ["win7-sp1-x64"] = KNOWN, ["win7-sp1-x86"] = "Windows6.1-KB3140245-x86.msu",
    ["ws2012-x64"] = "windows8-rt-kb3140245-x64.msu" }
  for name, file in pairs(expected) do
    check.equal(install(machine_with(name, "/p", all), { from = "/p" }).file, "/p/" .. file, name)
  end
end)

check.test("the name with the known hash comes first, a revision before none, .msu before .cab", function()
  local names = { "windows6.1-kb3140245-x64.cab", "windows6.1-kb3140245-x64.msu", "windows6.1-kb3140245-v2-x64.msu",
    "windows6.1-kb3140245-x64_0000000000000000000000000000000000000000.msu", KNOWN }
  local best = { KNOWN, "windows6.1-kb3140245-v2-x64.msu", "windows6.1-kb3140245-x64.msu" }
  for _, name in ipairs(best) do
    check.equal(install(machine_with("win7-sp1-x64", "/p", names), { from = "/p" }).file, "/p/" .. name)
    for index, other in ipairs(names) do
      if other == name then table.remove(names, index) end
    end
  end
end)

check.test("nothing found is a plan without a file, and a finding", function()
  local machine = machine_with("win7-sp1-x64", "/p", { "windows6.1-kb3140245-x86.msu" })
  check.equal(install(machine, { from = "/p" }).file, nil)
  check.any(machine.findings, "KB3140245 is not at hand: /p: no file")
  machine = native.machine "win7-sp1-x64"
  check.equal(install(machine, {}).file, nil)
  check.any(machine.lines, "give the package before the plan is applied")
end)

check.test("what is predicted: package, files in both views", function()
  local change = install(native.machine "win7-sp1-x64", {})
  check.equal(change.package, "Package_for_KB3140245~31bf3856ad364e35~amd64~~6.1.1.0")
  check.equal(#change.files, 4)
  for _, file in ipairs(change.files) do check.equal(file.after, "6.1.7601.23375") end
  check.equal(#install(native.machine "win7-sp1-x86", {}).files, 2)
  check.equal(install(native.machine "ws2012-x64", {}).files[1].after, "6.2.9200.21797")
  check.match(change.why, "KB3140245")
end)

check.test("marks below S reach the plan", function()
  local machine = native.machine "win7-sp1-x64"
  install(machine, {})
  check.any(machine.findings, "mark S3")
end)

check.test("refusals: wrong file, wrong Windows, unknown update", function()
  local function refused(pattern, name, options, file)
    local machine = native.machine(name)
    if file then machine.packages[file] = true end
    check.fails(pattern, install, machine, options)
    check.equal(#machine.changes, 0)
  end
  local other = "/p/windows6.1-kb3080079-x64.msu"
  refused("is the package of KB3080079, not of KB3140245", "win7-sp1-x64", { from = other }, other)
  local wrong = "/p/windows6.1-kb3140245-x86.msu"
  refused("is made for x86, this machine is x64", "win7-sp1-x64", { from = wrong }, wrong)
  local eight = "/p/windows8-rt-kb3140245-x64.msu"
  refused("made for windows8%-rt, this machine needs the package for windows6%.1", "win7-sp1-x64", { from = eight },
    eight)
  refused("does not exist; give the %.msu", "win7-sp1-x64", { from = "/nowhere" })
  refused("needs Service Pack 1", "win7-rtm-x64", {})
  refused("not made for this edition", "win8-x64", {})
  refused("not made for Windows NT 10%.0 %(this is Windows 11 24H2", "win11-24h2-x64", {})
  refused("not in windows%.updates", "win7-sp1-x64", { kb = "KB9999999" })
end)

check.test("a name that says nothing is taken, with a finding", function()
  local machine = native.machine "win7-sp1-x64"
  machine.packages["/p/fix.msu"] = true
  check.equal(install(machine, { from = "/p/fix.msu", sha256 = ("AB"):rep(32) }).file, "/p/fix.msu")
  check.any(machine.findings, "does not say which update")
  check.equal(machine.changes[1].sha256, ("ab"):rep(32))
end)

check.test("files: lists sorted, joins with the separator at hand, names", function()
  local machine = machine_with("win7-sp1-x64", "C:\\p", {})
  machine.folders["C:\\p"] = { "b.msu", ".", "A.msu", ".." }
  machine.packages["C:\\p\\A.msu"] = true
  local files = machine:require "files"
  check.equal(files.list "C:\\p", { "A.msu", "b.msu" })
  check.equal(files.find("C:\\p", { "%.msu$" }), "C:\\p\\A.msu")
  check.equal(files.name "C:\\p\\A.msu", "A.msu")
  check.equal(files.exists "C:\\q", false)
  check.match(select(2, files.find("C:\\q", { "x" })), "no such file or folder")
  check.match(select(2, files.list "C:\\q"), "cannot open")
end)

check.done "update"
