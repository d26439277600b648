---@meta registry

--- Keys and values of the machine's registry. Reads see what the runbook has already proposed; writes are proposals and
--- become changes of the plan. Absent is nil, never an error; a key outside of `needs.registry` is an error.
---
--- A key is spelled "HKLM\\SOFTWARE\\..." or with its long root; never with Wow6432Node, the view says that. A slash is
--- an ordinary character: "Ciphers\\AES 128/128" is one key below Ciphers. Names compare without regard to case.
---
--- Source: learn.microsoft.com/windows/win32/sysinfo/registry, .../winprog64/shared-registry-keys.
---@class registry
local registry = {}

--- 64: what 64-bit programs see. 32: what 32-bit programs see. nil: the machine's own, 32 on a 32-bit Windows. The two
--- differ only below some keys (see registry.views).
---@alias view 64|32

--- Types as Windows names them: "REG_NONE", "REG_SZ", "REG_EXPAND_SZ", "REG_BINARY", "REG_DWORD", "REG_MULTI_SZ",
--- "REG_QWORD" and the rest of winnt.h. A number without a name is "REG_0x0000000C".
---@alias registry_type string

--- Without a type an integer is stored as REG_DWORD, a string as REG_SZ, a list of strings as REG_MULTI_SZ.
---@class registry_options
---@field type? registry_type integers: REG_DWORD, REG_QWORD; strings: REG_SZ, REG_EXPAND_SZ, or the bytes of any other
---@field view? view
---@field why? string one line for the people who approve the plan; the runbook's title if there is none
---@field secret? boolean the data is shown to nobody: plans leave it out

--- Options of what removes or creates.
---@class registry_place
---@field view? view
---@field why? string

--- A value's data and type, or nil if value or key is absent. REG_DWORD and REG_QWORD come as integers, REG_SZ and
--- REG_EXPAND_SZ as strings (not expanded), REG_MULTI_SZ as a list. Anything else, and data that is not what its type
--- promises, comes as its bytes. The default value's name is "".
---@param key string
---@param name string
---@param view? view
---@return integer|string|string[]|nil data
---@return registry_type? type
function registry.get(key, name, view) end

--- As get, but always the bytes as Windows stores them (strings are UTF-16LE with their NUL).
---@param key string
---@param name string
---@param view? view
---@return string? bytes
---@return registry_type? type
function registry.raw(key, name, view) end

--- Whether a key exists.
---@param key string
---@param view? view
---@return boolean
function registry.exists(key, view) end

--- The names of the subkeys, sorted; nil if the key is absent.
---@param key string
---@param view? view
---@return string[]?
function registry.keys(key, view) end

--- The names of the values, sorted, "" for the default value; nil if the key is absent.
---@param key string
---@param view? view
---@return string[]?
function registry.values(key, view) end

--- The views in which a setting has to be made on this machine: { 64, 32 } where the two differ, else { 64 }, on a
--- 32-bit Windows { 32 }.
---@param key string
---@return view[]
function registry.views(key) end

--- The names of the keys of users: those below HKU, and "HKCU" in a file that holds the settings of one. nil where
--- there are none to list. `needs` names something of every user, such as "HKU\\*\\Software\\Example": that lets
--- HKCU\Software\Example of such a file be read and written as well.
---@return string[]?
function registry.users() end

--- Whether a key lies in a branch that the machine's file lacks: an export may hold only some. nil if the machine can
--- tell of the key, there or not; else the branch to export, such as "HKLM\\SYSTEM\\CurrentControlSet". A computer can
--- always tell. Needs no line in `needs`.
---@param key string
---@param view? view
---@return string? branch
function registry.unknown(key, view) end

--- Sets a value; the key and what is missing above it are created. Setting what is there already proposes nothing. A
--- number that does not fit (REG_DWORD: 0 to 0xFFFFFFFF) and data that is not of the type are errors.
---@param key string
---@param name string
---@param data integer|string|string[]
---@param options? registry_options
function registry.set(key, name, data, options) end

--- Removes a value. One that is absent proposes nothing.
---@param key string
---@param name string
---@param options? registry_place
function registry.delete(key, name, options) end

--- Creates a key and what is missing above it.
---@param key string
---@param options? registry_place
function registry.create(key, options) end

--- Removes a key with everything below it, one change each, so that all of it can be put back.
---@param key string
---@param options? registry_place
function registry.delete_key(key, options) end

return registry
