---@meta

--- What a runbook file returns. Only these fields; any other is a load error.
---@class runbook
---@field id string lower-case letters, digits and "-"; the file's name without ".lua"
---@field version string "1.0.0"
---@field title string one line; the reason of every change that has none of its own
---@field summary? string what it does, for `tlsmend show`
---@field references? string[] addresses that say the same
---@field params? table<string, runbook_param>
---@field needs runbook_needs what it may read and write, {} for nothing; everything else is refused
---@field applies? fun(system: system): boolean, string? whether it has anything to say on this Windows, and why
---@field run fun(params: table) proposes changes; the same machine gives the same proposals
---@field verify? fun(params: table): boolean, string? after apply, by effect; false and the reason if it is not so

---@class runbook_param
---@field type "string"|"integer"|"boolean"|"path"|"string[]"
---@field default? any
---@field help? string
---@field choices? any[] what it may be; of a list, what each element may be
---@field secret? boolean the value is shown to nobody; plans hold a salted digest, and are not applied from a file

---@class runbook_needs
---@field registry? string[] may be read and written, with all below: "HKLM\\...", "32:HKLM\\..." (view), "HKU\\*\\..."
---@field reads? string[] keys that may only be read, spelled the same
---@field updates? string[] "KB3140245"
---@field reboot? boolean
---@field legacy? string[] protocols before TLS 1.2 that it may switch on, such as "TLS 1.1"; read by the bench
---@field probes? boolean|string[] true: `verify` may ask servers that parameters name; or the endpoints, "HOST:PORT"
