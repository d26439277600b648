---@meta update

--- Installing updates. An installation is a change of the plan: nothing runs before apply, and what the installer says
--- is checked against what is there afterwards.
---
--- Source: stdlib/windows/update_rows.lua, each row with its own source and mark.
---@class update
local update = {}

---@class update_options
---@field kb string "KB3140245"; must stand in stdlib/windows/update_rows.lua and in `needs.updates`
---@field from? string the package, or a folder to look in (not below it); nil: the bundle's, or not at hand yet
---@field sha256? string what the package must hash to, 64 hex digits
---@field why? string one line for the people who approve the plan

--- Proposes to install an update. Its hash is taken while planning and is checked again before anything runs. A package
--- that is not at hand yet gives a plan with an empty `file`, which apply refuses before its first write. Errors: an
--- unknown update; one that is not made for this Windows, service pack, edition or processor; a package whose name says
--- that it is another; one with another hash; a `from` that does not exist.
---@param options update_options
function update.install(options) end

--- Lua patterns for the lower-case names of an update's package on this machine, best first; nil and the reason if
--- there is none for it.
---@param kb string
---@return string[]? patterns
---@return string? reason
function update.patterns(kb) end

--- The SHA-256 of a file as 64 lower-case hex digits. Error if it cannot be read.
---@param path string
---@return string
function update.sha256(path) end

return update
