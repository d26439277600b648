---@meta reboot

--- Restarts. Reads only facts, and clears nothing. What a ConfigMgr client wants (WMI) is not seen.
---
--- Source: the signals that DSC, PSWindowsUpdate, CSS-Exchange and Ansible agree on; see stdlib/reboot.lua.
---@class reboot
local reboot = {}

---@class reboot_cause
---@field cause string "CBS RebootPending", "Windows Update RebootRequired", "Computer rename" ...
---@field hard boolean true: Windows itself waits for it. false: some program wishes for it or left it behind
---@field detail string the key, value or names behind it

--- Why a restart is pending: every cause that is there, an empty list if none is.
---@return reboot_cause[]
function reboot.pending() end

--- Whether a hard cause is there, and the first one's name.
---@return boolean
---@return string? cause
function reboot.needed() end

--- What is proposed after this call is done after a restart; what was proposed before it is in effect by then, and
--- reads see it so. Needs `needs.reboot`. A barrier with nothing before or after it vanishes from the plan.
---@param why string one line for the people who approve the plan
function reboot.barrier(why) end

return reboot
