-- hotfix where no file can be looked at: what servicing has chosen, what waits for a restart, and monthly rollups.

local check = require "check"
local native = require "native"

local CBS = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing"
local PACKAGES = CBS .. "\\Packages"
local FACTS = "HKLM\\SOFTWARE\\tlsmend\\Facts"

local function package(machine, name, state)
  machine:put(PACKAGES .. "\\" .. name .. "~31bf3856ad364e35~amd64~~6.1.1.0", "CurrentState", state)
end

local function drop(machine, path)
  for lower in pairs(machine.keys) do
    if lower == path:lower() or lower:sub(1, #path + 1) == path:lower() .. "\\" then machine.keys[lower] = nil end
  end
end

-- A built-in machine as an export shows it: without the versions of files.
local function exported(name)
  local machine = native.machine(name)
  drop(machine, FACTS .. "\\Files")
  return machine
end

local function covers(machine, kb)
  machine:forget()
  machine.unknowns = {}
  local verdict, evidence = machine:require("hotfix").covers(kb or "KB3140245")
  check.equal(#machine.unknowns, verdict == nil and 1 or 0, "unknowns")
  return verdict, evidence
end

-- What servicing has chosen: the builds of WinHTTP and WebIO, by view.
local function chosen(name, winhttp64, webio64, winhttp32, webio32)
  local machine = exported(name)
  local function component(stem, build) return build and stem .. build end
  local function view(winhttp, webio)
    return { ["microsoft.windows.winhttp"] = component("5.1.7601.", winhttp),
      ["microsoft-windows-webio"] = component("6.1.7601.", webio) }
  end
  machine.winners = { [64] = view(winhttp64, webio64), [32] = view(winhttp32, webio32) }
  return machine
end

check.test("what servicing has chosen stands for the files that cannot be looked at", function()
  local old, new = 17514, 23375
  for number = 0, 3 ^ 4 - 1 do -- each of the four above the floor, below it, not told
    local have, any, all, rest = {}, false, true, number
    for index = 1, 4 do
      have[index] = ({ new, old, false })[rest % 3 + 1]
      any, all, rest = any or have[index] == old, all and have[index] == new, rest // 3
    end
    local machine = chosen("win7-sp1-x64", table.unpack(have))
    local expected
    if all then expected = true elseif any then expected = false end
    if not any and not all then package(machine, "Package_for_RollupFix", 0x70) end -- else the lists say no
    check.equal(covers(machine), expected, ("choice %d"):format(number))
  end
  local verdict, evidence = covers(chosen("win7-sp1-x64", 24382, 24540, 24382, 24540))
  check.equal(verdict, true)
  check.any(evidence, "winhttp%.dll %(32%-bit%) is 6%.1%.7601%.24382 by servicing %(SideBySide\\Winners%), at least")
  check.equal(covers(chosen("win7-sp1-x86", nil, nil, 24382, 24540)), true, "a 32-bit Windows has one view")
end)

check.test("what servicing has chosen waits for the restart that servicing waits for", function()
  local function waiting(change, expected, label)
    local machine = chosen("win7-sp1-x64", 24382, 24540, 24382, 24540)
    change(machine)
    check.equal(covers(machine), expected, label)
    check.equal(machine:require("hotfix").pending "KB3140245", expected == false, label .. ": pending")
    check.equal((select(3, machine:require("hotfix").examine "KB3140245")), expected == false, label .. ": waits")
  end
  waiting(function(machine) package(machine, "Package_for_KB3140245", 0x60) end, false, "its own package")
  waiting(function(machine) package(machine, "Package_for_RollupFix", 0x60) end, false, "a rollup")
  waiting(function(machine) machine:key(CBS .. "\\RebootPending", true) end, false, "servicing says so")
  waiting(function(machine) package(machine, "Package_for_KB1", 0x60) end, true, "another update")
  waiting(function(machine) package(machine, "Package_for_RollupFix", 0x70) end, true, "a rollup that is there")
  waiting(function(machine) package(machine, "Package_for_KB3140245", 0x05) end, nil, "on its way out")
end)

check.test("without the packages of servicing nobody knows whether its choice waits for a restart", function()
  local machine = chosen("win7-sp1-x64", 24382, 24540, 24382, 24540)
  drop(machine, CBS)
  check.equal(covers(machine), nil)
  check.equal(machine:require("hotfix").pending "KB3140245", false)
  machine = chosen("win7-sp1-x64", 17514, 24540, 24382, 24540)
  drop(machine, CBS)
  check.equal(covers(machine), false, "what is too old is so before a restart and after it")
end)

local function rollup(machine, build, state)
  machine:put(("%s\\Package_for_RollupFix~31bf3856ad364e35~amd64~~7601.%d.1.6"):format(PACKAGES, build), "CurrentState",
    state or 0x70)
end

check.test("a monthly rollup by its build: from January 2020 on it contains KB3140245", function()
  for _, row in ipairs { { 24002, nil }, { 24540, nil }, { 24541, true }, { 24544, true }, { 24560, true } } do
    local machine = exported "win7-sp1-x64"
      rollup(machine, row[1])
    check.equal(covers(machine), row[2], "build " .. row[1])
    rollup(machine, row[1], 0x50)
    check.equal(covers(machine), row[2], "superseded build " .. row[1])
    rollup(machine, row[1], 0x60)
    local expected
    if row[2] then expected = false end
    check.equal(covers(machine), expected, "pending build " .. row[1])
    check.equal(machine:require("hotfix").pending "KB3140245", row[2] == true, "pending build " .. row[1])
    rollup(machine, row[1], 0x40)
    check.equal(covers(machine), false, "staged build " .. row[1])
  end
  local machine = exported "win7-sp1-x64"
  package(machine, "Package_for_KB4540688", 0x70)
  check.equal(covers(machine), true, "a rollup that servicing keeps by its number")
  machine:put(FACTS .. "\\Files\\64", "System32\\webio.dll", "6.1.7601.17514")
  check.equal(covers(machine), false, "the files have the last word")
end)

check.test("every rollup of Server 2008 and of 8.1 contains what all later updates need", function()
  for name, kb in pairs { ["ws2008-sp2-x64"] = "KB4019276", ["win81-x64"] = "KB2919355" } do
    local machine = exported(name)
      drop(machine, FACTS .. "\\Hotfixes")
    check.equal(covers(machine, kb), false, name)
    machine:put(PACKAGES .. "\\Package_for_RollupFix~31bf3856ad364e35~amd64~~9600.17031.1.7", "CurrentState", 0x70)
    check.equal(covers(machine, kb), true, name .. " with a rollup")
  end
end)

check.done "servicing"
