-- Restarts: why one is pending, and the barrier that orders what comes after it behind one. The native half reads facts
-- and proposes the restart; the table of causes is here. Nothing is ever cleared. The state of a ConfigMgr client
-- stands in WMI and is not seen.

local _, native = ...

local reboot = {}

local CURRENT = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\"
local CBS = CURRENT .. "Component Based Servicing"
local WU = CURRENT .. "WindowsUpdate\\"
local CONTROL = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\"

local function key(path)
  return native.fact(path) and path
end

local function value(path, name)
  local data = native.fact(path, name)
  return data ~= nil and ("%s\\%s"):format(path, name)
end

local function nonzero(path, name)
  local data = native.fact(path, name)
  return math.type(data) == "integer" and data ~= 0 and ("%s\\%s = %d"):format(path, name, data)
end

-- Strings come in pairs, source and target, and an empty target means deletion, which ends the list for most readers:
-- the first source is what can be relied on, and enough to see whose it is.
local function renames(name)
  local data = native.fact(CONTROL .. "Session Manager", name)
  if data == nil then return false end
  if type(data) ~= "table" then return #tostring(data) > 4 and name end
  if #data == 0 then return false end
  local first = data[1]:gsub("^[!*]*%d*\\%?%?\\", "")
  return "the first is " .. first
end

local function rename()
  local now = native.fact(CONTROL .. "ComputerName\\ActiveComputerName", "ComputerName")
  local next_name = native.fact(CONTROL .. "ComputerName\\ComputerName", "ComputerName")
  if not now or not next_name or now:upper() == next_name:upper() then return false end
  return ("%s becomes %s"):format(now, next_name)
end

local function join(name)
  local netlogon = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\Netlogon"
  return value(netlogon, name) or key(netlogon .. "\\" .. name) -- scripts disagree: value or subkey
end

-- cause, hard, test. Hard: the system itself waits for the restart. Soft: a restart is wished for, or any program may
-- have left this behind. A test answers false or the detail.
local causes = {
  { "CBS RebootPending", true, function() return key(CBS .. "\\RebootPending") end },
  { "CBS RebootInProgress", true, function() return key(CBS .. "\\RebootInProgress") end },
  { "CBS PackagesPending", true, function() return key(CBS .. "\\PackagesPending") end },
  { "Windows Update RebootRequired", true, function() return key(WU .. "Auto Update\\RebootRequired") end },
  { "Windows Update PostRebootReporting", false,
    function() return key(WU .. "Auto Update\\PostRebootReporting") end },
  { "Windows Update Services\\Pending", false, function()
    local pending = native.fact_keys(WU .. "Services\\Pending")
    return pending and #pending > 0 and (#pending == 1 and "1 service" or "%d services"):format(#pending)
  end },
  { "Computer rename", true, rename },
  { "Domain join", true, function() return join "JoinDomain" end },
  { "Domain join (AvoidSpnSet)", true, function() return join "AvoidSpnSet" end },
  { "Update.exe UpdateExeVolatile", true, function()
    local updates = "HKLM\\SOFTWARE\\Microsoft\\Updates"
    return nonzero(updates, "UpdateExeVolatile") or nonzero(updates .. "\\UpdateExeVolatile", "Flags")
  end },
  { "Server role installation", true,
    function() return nonzero("HKLM\\SOFTWARE\\Microsoft\\ServerManager", "CurrentRebootAttempts") end },
  { "Server component cache RestartRequired", true, function()
    local cache = "HKLM\\SOFTWARE\\Microsoft\\ServerManager\\ServicingStorage\\ServerComponentCache"
    return nonzero(cache, "RestartRequired")
  end },
  { "RunOnce DVDRebootSignal", false, function() return value(CURRENT .. "RunOnce", "DVDRebootSignal") end },
  { "PendingFileRenameOperations", false, function() return renames "PendingFileRenameOperations" end },
  { "PendingFileRenameOperations2", false, function() return renames "PendingFileRenameOperations2" end },
  { "Intune RebootFlag", false,
    function() return key "HKLM\\SOFTWARE\\Microsoft\\IntuneManagementExtension\\RebootSettings\\RebootFlag" end },
  { "App-V PendingTasks", false, function() return key "HKLM\\SOFTWARE\\Microsoft\\AppV\\Client\\PendingTasks" end },
}

-- Every cause that is there: { cause, hard, detail }.
function reboot.pending()
  local result = {}
  for _, row in ipairs(causes) do
    local detail = row[3]()
    if detail then result[#result + 1] = { cause = row[1], hard = row[2], detail = detail } end
  end
  return result
end

-- Whether the system itself waits for a restart, and the first cause.
function reboot.needed()
  for _, cause in ipairs(reboot.pending()) do
    if cause.hard then return true, cause.cause end
  end
  return false
end

-- What is proposed from here on happens after a restart. Without anything before or after it, it vanishes from the
-- plan.
function reboot.barrier(why)
  if type(why) ~= "string" or why == "" then error("reboot.barrier: say why, for the people who approve it", 2) end
  native.barrier(why)
end

return reboot
