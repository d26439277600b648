---@meta files

--- Files and folders of the computer that plans: finding packages. Looks at names and kinds only; never opens, never
--- writes. Built on LuaFileSystem.
---
--- Names are UTF-8. On Windows LuaFileSystem uses the narrow C runtime: a name with characters outside of the system's
--- code page is not found, or shows question marks. Keep packages in a folder with a plain name.
---@class files
local files = {}

--- Whether there is such a file or folder.
---@param path string
---@return boolean
function files.exists(path) end

--- "file", "directory" ...; nil if there is no such thing.
---@param path string
---@return string?
function files.mode(path) end

--- The last name of a path, with either separator.
---@param path string
---@return string
function files.name(path) end

--- The names in a folder, sorted without regard to case; nil and the reason if it cannot be listed.
---@param folder string
---@return string[]? names
---@return string? reason
function files.list(folder) end

--- The first file directly in a folder whose lower-case name matches one of the Lua patterns: patterns in their order,
--- then names in theirs. A `from` that is a file is itself the answer. nil and the reason otherwise.
---@param from string
---@param patterns string[]
---@return string? path
---@return string? reason
function files.find(from, patterns) end

return files
