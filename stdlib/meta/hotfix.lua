---@meta hotfix

--- Whether updates are there, and how one knows. Reads only; needs no `needs`. An update is named "KB3140245".
---
--- Source: Component Based Servicing (its package states are undocumented but stable), Win32_QuickFixEngineering on a
--- live machine, file versions; floors and contents from stdlib/windows/update_rows.lua.
---@class hotfix
local hotfix = {}

---@class hotfix_package
---@field name string "Package_for_KB3140245~31bf3856ad364e35~amd64~~6.1.1.0"
---@field state integer CurrentState; negative for broken variants
---@field state_name string "installed", "superseded", "install pending", "staged", "broken", "unknown" ...
---@field meaning "no"|"broken"|"leaving"|"partial"|"superseded"|"pending"|"installed" what that says of the payload
---@field rank integer the place of the meaning in that order, from 0: of several packages the greatest counts

--- Whether what an update brings is effective, by whatever carries it. In this order: the files it brings are at least
--- as new as its servicing branch has them (where no file can be looked at, the version that servicing has chosen,
--- which stands in SideBySide\Winners); its packages; monthly rollups, by the build in the name of their package; the
--- hotfix list; an update that contains it. A KB number missing from a list proves nothing on a machine with rollups.
--- nil is "cannot tell": the plan then lists it as an unknown. Files and servicing that contradict each other are nil
--- too. false if the update is not made for this Windows.
---@param kb string
---@return boolean? covered
---@return string[] evidence one line for each thing that was looked at, the last says what decided
---@return boolean waits the next restart alone completes it
function hotfix.covers(kb) end

--- As covers, but a nil is not noted in the plan.
---@param kb string
---@return boolean? covered
---@return string[] evidence
---@return boolean waits
function hotfix.examine(kb) end

--- Whether the update itself is registered as installed, whoever else may carry its files. nil: cannot tell.
---@param kb string
---@return boolean?
function hotfix.installed(kb) end

--- Whether the update becomes effective by the next restart alone.
---@param kb string
---@return boolean
function hotfix.pending(kb) end

--- The packages of servicing that belong to an update. The number is compared whole: KB314024 is not KB3140245. One KB
--- has many packages; those for another service pack are superseded as a matter of course. "RollupFix" asks for
--- rollups, which carry no number. nil where the machine has no packages at all.
---@param kb string
---@return hotfix_package[]?
function hotfix.packages(kb) end

--- Whether Windows lists the update among its hotfixes. nil: the machine has no such list.
---@param kb string
---@return boolean?
function hotfix.listed(kb) end

--- The version of a file below the Windows folder, such as "System32\\winhttp.dll", as four numbers "6.1.7601.23375".
--- false: there is no such file. nil: cannot tell.
---@param path string
---@param view? view
---@return string|false|nil
function hotfix.file_version(path, view) end

return hotfix
