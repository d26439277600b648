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
