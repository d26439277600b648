---@meta system

--- The facts of the machine's Windows; also the argument of a runbook's `applies`. Known inside applies, run and
--- verify; while the file loads, reading a fact is an error. What the machine cannot tell is nil. Decide by numbers and
--- by `product_type`, never by `product`.
---
--- Source: RtlGetVersion on a live machine, HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion on a snapshot; releases
--- from stdlib/windows/releases.lua.
---@class system
---@field nt nt_version NT version: 6.0 Vista/2008, 6.1 7/2008 R2, 6.2 8/2012, 6.3 8.1/2012 R2, 10.0 later
---@field major integer
---@field minor integer
---@field build integer 7601, 26100 ...; 6003 is Server 2008 SP2 with the updates of 2019
---@field revision? integer the UBR; nil where the registry has none (before 10)
---@field service_pack integer 0 without
---@field product_type? "workstation"|"server"|"domain-controller"
---@field server? boolean true for servers and domain controllers; nil: cannot tell
---@field architecture? "x86"|"x64"|"arm64"|"ia64"
---@field bits? 64|32 of the Windows, not of the program
---@field edition? string EditionID: "Professional", "ServerStandard", "EmbeddedIndustry" ...
---@field product? string ProductName as registered; says "Windows 10" on Windows 11
---@field name string the true name, by build and product type: "Windows 11", "Windows Server 2025"
---@field release? string DisplayVersion, else ReleaseId: "22H2"
---@field computer? string
---@field row? table the row of stdlib/windows/releases.lua; nil for a Windows that is in none
---@field exact boolean false: the build stands in no row, `row` is the nearest older one
local system = {}

--- An NT version. Orders by number against another one and against text ("10.0" > "6.3"). `==` with text is always
--- false in Lua: ask system.is.
---@class nt_version
---@operator concat(string): string

--- Whether this is an NT version or a later one. Error for what is no version.
---@param nt string
---@return boolean
function system.at_least(nt) end

--- Whether this is exactly an NT version.
---@param nt string
---@return boolean
function system.is(nt) end

--- For messages: "Windows 7 Service Pack 1 (6.1.7601, x64)".
---@return string
function system.describe() end

return system
