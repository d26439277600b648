-- hotfix: the truth table of covers. Files, packages and lists in every combination that a machine can show.

local check = require "check"
local native = require "native"

local PACKAGES = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\Packages"
local CBS = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing"
local FACTS = "HKLM\\SOFTWARE\\tlsmend\\Facts"
local SUFFIX = "~31bf3856ad364e35~amd64~~6.1.1.0"

local function package(machine, name, state)
  machine:put(PACKAGES .. "\\" .. name .. SUFFIX, "CurrentState", state)
end

local function files(machine, winhttp, webio)
  for _, view in ipairs(machine.sixtyfour and { 64, 32 } or { 32 }) do
    local folder = ("%s\\Files\\%d"):format(FACTS, view)
    for name, version in pairs { winhttp = winhttp, webio = webio or winhttp } do
      local values = machine:key(folder, true).values
      values[("system32\\%s.dll"):format(name)] = nil
      if version ~= "absent" then machine:put(folder, ("System32\\%s.dll"):format(name), version) end
    end
  end
end

local function drop(machine, path)
  for lower in pairs(machine.keys) do
    if lower == path:lower() or lower:sub(1, #path + 1) == path:lower() .. "\\" then machine.keys[lower] = nil end
  end
end

local function no_files(machine) drop(machine, FACTS .. "\\Files") end
local function no_lists(machine)
  drop(machine, FACTS .. "\\Hotfixes")
  drop(machine, CBS)
end

local function covers(machine, kb)
  machine:forget()
  machine.unknowns = {}
  local verdict, evidence = machine:require("hotfix").covers(kb or "KB3140245")
  check.equal(#machine.unknowns, verdict == nil and 1 or 0, "unknowns")
  return verdict, evidence
end

check.test("the floor of each branch, one below, equal, one above", function()
  for _, row in ipairs {
    { "win7-sp1-x64", "6.1.7601.23375" }, { "win7-sp1-x86", "6.1.7601.23375" },
    { "ws2008r2-sp1-x64", "6.1.7601.23375" },
    { "ws2012-x64", "6.2.9200.21797" }, { "win8-embedded-x86", "6.2.9200.21797" },
  } do
    local stem, last = row[2]:match "^(.*%.)(%d+)$"
    for offset = -1, 1 do
      local machine = native.machine(row[1])
      files(machine, stem .. (tonumber(last) + offset))
      check.equal(covers(machine), offset >= 0, row[1] .. offset)
    end
  end
end)

check.test("both files and both views count", function()
  local machine = native.machine "win7-sp1-x64"
  files(machine, "6.1.7601.23375", "6.1.7601.23374")
  check.equal(covers(machine), false, "webio.dll too old")
  files(machine, "6.1.7601.23375")
  machine:put(FACTS .. "\\Files\\32", "System32\\winhttp.dll", "6.1.7601.18000")
  local verdict, evidence = covers(machine)
  check.equal(verdict, false, "32-bit file too old")
  check.any(evidence, "winhttp%.dll %(32%-bit%) is 6%.1%.7601%.18000, older than 6%.1%.7601%.23375")
end)

check.test("a GDR file is lower than the LDR floor", function()
  local machine = native.machine "win7-sp1-x64"
  files(machine, "6.1.7601.18999")
  check.equal(covers(machine), false)
end)

check.test("a 64-bit Windows without its 32-bit half is judged by its 64-bit files", function()
  local machine = native.machine "ws2008r2-sp1-x64"
  files(machine, "6.1.7601.23375")
  local values = machine:key(FACTS .. "\\Files\\32").values
  values["system32\\winhttp.dll"], values["system32\\webio.dll"] = nil, nil
  check.equal(covers(machine), true)
end)

-- What each state of the one parent package says: files new, files old, files silent.
local states = {
  { 0x00, true, false, false }, { 0x05, nil, false, false }, { 0x10, true, false, false },
  { 0x20, true, false, false }, { 0x30, true, false, false }, { 0x40, true, false, false },
  { 0x50, true, false, nil }, { 0x60, true, false, false }, { 0x65, true, false, nil },
  { 0x70, true, nil, true }, { 0x80, true, nil, true }, { -112, true, false, nil },
  { 0x06, true, false, nil }, { 0x55, true, false, nil }, { 0x7FFFFFFF, true, false, nil },
}

check.test("every state of servicing against new, old and silent files", function()
  for _, row in ipairs(states) do
    local label = ("state 0x%X"):format(row[1] & 0xFFFFFFFF)
    local machine = native.machine "win7-sp1-x64"
    package(machine, "Package_for_KB3140245", row[1])
    files(machine, "6.1.7601.23375")
    check.equal(covers(machine), row[2], label .. " with new files")
    files(machine, "6.1.7601.17514")
    check.equal(covers(machine), row[3], label .. " with old files")
    no_files(machine)
    check.equal(covers(machine), row[4], label .. " without files")
  end
end)

check.test("one KB, packages in different states: the parent decides", function()
  local machine = native.machine "win7-sp1-x64"
  no_files(machine)
  -- As a real Windows 7 SP1 holds KB2585542.
  package(machine, "Package_2_for_KB3140245", 0x70)
  package(machine, "Package_6_for_KB3140245", 0x50)
  package(machine, "Package_for_KB3140245_RTM", 0x50)
  package(machine, "Package_for_KB3140245_SP1", 0x70)
  package(machine, "Package_for_KB3140245", 0x70)
  check.equal(covers(machine), true)
  package(machine, "Package_for_KB3140245", 0x40)
  local verdict, evidence = covers(machine)
  check.equal(verdict, false, "children installed, parent staged")
  check.any(evidence, "Package_2_for_KB3140245~.*installed %(0x70%), a part of it")
end)

check.test("without a parent the best part decides", function()
  local machine = native.machine "win7-sp1-x64"
  no_files(machine)
  package(machine, "Package_6_for_KB3140245", 0x50)
  check.equal(covers(machine), nil)
  package(machine, "Package_2_for_KB3140245", 0x70)
  check.equal(covers(machine), true)
end)

check.test("KB numbers are compared whole", function()
  local machine = native.machine "win7-sp1-x64"
  no_files(machine)
  package(machine, "Package_for_KB314024", 0x70)
  package(machine, "Package_for_KB31402450", 0x70)
  machine:put(FACTS .. "\\Hotfixes", "KB314024", "installed")
  check.equal(covers(machine), false)
  check.fails("a KB number expected", machine:require("hotfix").covers, "3.14")
  check.fails("a KB number expected", machine:require("hotfix").covers, nil)
end)

check.test("the hotfix list counts where the files are silent, not where they are old", function()
  local machine = native.machine "win7-sp1-x64"
  machine:put(FACTS .. "\\Hotfixes", "KB3140245", "installed")
  check.equal(covers(machine), nil, "listed, but old files")
  no_files(machine)
  check.equal(covers(machine), true)
end)

check.test("a rollup that contains it: not listed, and there all the same", function()
  local machine = native.machine "win7-sp1-x64+KB4534310"
  local verdict, evidence = covers(machine)
  check.equal(verdict, true)
  check.any(evidence, "KB3140245 is not in the hotfix list")
  check.any(evidence, "decided by the files")
  no_files(machine)
  verdict, evidence = covers(machine)
  check.equal(verdict, true)
  check.any(evidence, "KB4534310 is installed and contains KB3140245 %(mark S3%)")
end)

check.test("some rollup and silent files: cannot tell", function()
  local machine = native.machine "win7-sp1-x64"
  no_files(machine)
  package(machine, "Package_for_RollupFix", 0x70)
  local verdict, evidence = covers(machine)
  check.equal(verdict, nil)
  check.any(evidence, "a rollup is installed and may contain it")
end)

check.test("nothing to look at: cannot tell", function()
  local machine = native.machine "win7-sp1-x64"
  no_files(machine)
  no_lists(machine)
  check.equal(covers(machine), nil)
end)

check.test("files of another Windows say nothing, servicing decides", function()
  local machine = native.machine "win7-sp1-x64"
  files(machine, "5.1.2600.2180", "absent") -- as a compatibility layer has them
  drop(machine, CBS)
  local verdict, evidence = covers(machine)
  check.equal(verdict, false)
  check.any(evidence, "not of the line of 6%.1%.7601%.23375, says nothing")
  check.any(evidence, "webio%.dll %(64%-bit%) is not there")
  package(machine, "Package_for_KB3140245", 0x60)
  check.equal(covers(machine), false, "install pending")
  check.equal(machine:require("hotfix").pending "KB3140245", true)
  package(machine, "Package_for_KB3140245", 0x70)
  check.equal(covers(machine), true, "installed")
end)

check.test("an update that is not for this Windows is not there, and says why", function()
  local verdict, evidence = covers(native.machine "win10-22h2-x64")
  check.equal(verdict, false)
  check.any(evidence, "not made for Windows NT 10%.0")
  check.match(select(2, covers(native.machine "win7-rtm-x64"))[1], "needs Service Pack 1")
end)

check.test("an update without a row goes by servicing and list", function()
  local machine = native.machine "win7-sp1-x64"
  check.equal(covers(machine, "KB9999999"), false)
  package(machine, "Package_for_KB9999999", 0x70)
  check.equal(covers(machine, "KB9999999"), true)
end)

check.test("KB4056564 replaces KB4019276", function()
  local machine = native.machine "ws2008-sp2-x64"
  check.equal(covers(machine, "KB4019276"), false)
  no_files(machine)
  check.equal(covers(machine, "KB4019276"), false)
  package(machine, "Package_for_KB4056564", 0x70)
  check.equal(covers(machine, "KB4019276"), true)
  check.equal(covers(native.machine "ws2008-sp2-x86+KB4056564", "KB4019276"), true, "by its file")
end)

check.test("installed and pending ask about the update itself", function()
  local hotfix = native.machine("win7-sp1-x64+KB4534310"):require "hotfix"
  check.equal(hotfix.installed "KB3140245", false)
  check.equal(hotfix.installed "KB4534310", true)
  check.equal(native.machine("win7-sp1-x64+KB3140245"):require("hotfix").installed "kb3140245", true)
  check.equal(hotfix.pending "KB3140245", false)
end)

check.test("without the branch of servicing a list alone denies nothing", function()
  local machine = native.machine "win7-sp1-x64"
  no_files(machine)
  drop(machine, CBS)
  check.equal((covers(machine)), false, "it lists whoever is there")
  machine.missing = { CBS }
  check.equal((covers(machine)), nil, "a rollup may be there")
end)

check.done "hotfix"
