-- reboot: each pending cause by name, hard or soft; the barrier.

local check = require "check"
local native = require "native"

local CURRENT = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\"
local CBS = CURRENT .. "Component Based Servicing\\"
local WU = CURRENT .. "WindowsUpdate\\"
local CONTROL = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\"
local NETLOGON = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\Netlogon"

-- cause, hard, what makes it: key, or key, name and data
local rows = {
  { "CBS RebootPending", true, CBS .. "RebootPending" },
  { "CBS RebootInProgress", true, CBS .. "RebootInProgress" },
  { "CBS PackagesPending", true, CBS .. "PackagesPending" },
  { "Windows Update RebootRequired", true, WU .. "Auto Update\\RebootRequired" },
  { "Windows Update PostRebootReporting", false, WU .. "Auto Update\\PostRebootReporting" },
  { "Windows Update Services\\Pending", false, WU .. "Services\\Pending\\{3da21691-e39d-4da6-8a4b-b43877bcb1b7}" },
  { "Computer rename", true, CONTROL .. "ComputerName\\ComputerName", "ComputerName", "NEWNAME" },
  { "Domain join", true, NETLOGON, "JoinDomain", "x" },
  { "Domain join", true, NETLOGON .. "\\JoinDomain" },
  { "Domain join (AvoidSpnSet)", true, NETLOGON, "AvoidSpnSet", "x" },
  { "Update.exe UpdateExeVolatile", true, "HKLM\\SOFTWARE\\Microsoft\\Updates", "UpdateExeVolatile", 1 },
  { "Update.exe UpdateExeVolatile", true, "HKLM\\SOFTWARE\\Microsoft\\Updates\\UpdateExeVolatile", "Flags", 2 },
  { "Server role installation", true, "HKLM\\SOFTWARE\\Microsoft\\ServerManager", "CurrentRebootAttempts", 1 },
  { "Server component cache RestartRequired", true,
    "HKLM\\SOFTWARE\\Microsoft\\ServerManager\\ServicingStorage\\ServerComponentCache", "RestartRequired", 1 },
  { "RunOnce DVDRebootSignal", false, CURRENT .. "RunOnce", "DVDRebootSignal", 0 },
  { "PendingFileRenameOperations", false, CONTROL .. "Session Manager", "PendingFileRenameOperations",
    { "\\??\\C:\\Windows\\Temp\\a.tmp", "" } },
  { "PendingFileRenameOperations2", false, CONTROL .. "Session Manager", "PendingFileRenameOperations2",
    { "\\??\\C:\\b.tmp", "!\\??\\C:\\b.dll" } },
  { "Intune RebootFlag", false, "HKLM\\SOFTWARE\\Microsoft\\IntuneManagementExtension\\RebootSettings\\RebootFlag" },
  { "App-V PendingTasks", false, "HKLM\\SOFTWARE\\Microsoft\\AppV\\Client\\PendingTasks" },
}

check.test("a fresh machine waits for nothing", function()
  local reboot = native.machine("win7-sp1-x64"):require "reboot"
  check.equal(reboot.pending(), {})
  check.equal(reboot.needed(), false)
end)

for _, row in ipairs(rows) do
  check.test(row[1] .. " " .. row[3], function()
    local machine = native.machine "win7-sp1-x64"
    if row[4] then machine:put(row[3], row[4], row[5]) else machine:key(row[3], true) end
    local reboot = machine:require "reboot"
    local pending = reboot.pending()
    check.equal(#pending, 1)
    check.equal({ pending[1].cause, pending[1].hard }, { row[1], row[2] })
    assert(type(pending[1].detail) == "string" and #pending[1].detail > 0)
    check.equal(reboot.needed(), row[2])
  end)
end

check.test("what looks like a cause and is none", function()
  local machine = native.machine "win7-sp1-x64"
  machine:put(CONTROL .. "ComputerName\\ComputerName", "ComputerName", "win7-sp1") -- the same but for case
  machine:put("HKLM\\SOFTWARE\\Microsoft\\Updates", "UpdateExeVolatile", 0)
  machine:put(CONTROL .. "Session Manager", "PendingFileRenameOperations", {}, "REG_MULTI_SZ")
  machine:key(WU .. "Services\\Pending", true)
  check.equal(machine:require("reboot").pending(), {})
end)

check.test("file renames show whose they are", function()
  local machine = native.machine "win7-sp1-x64"
  machine:put(CONTROL .. "Session Manager", "PendingFileRenameOperations", { "\\??\\C:\\Windows\\spool\\x.dll", "" })
  check.match(machine:require("reboot").pending()[1].detail, "the first is C:\\Windows\\spool\\x%.dll")
end)

check.test("a barrier says why", function()
  local machine = native.machine "win7-sp1-x64"
  local reboot = machine:require "reboot"
  reboot.barrier "files are in use"
  check.equal(machine.changes[1].why, "files are in use")
  check.fails("say why", reboot.barrier)
  check.fails("say why", reboot.barrier, "")
end)

check.done "reboot"
