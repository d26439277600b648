-- Bench: prints an empty registry hive (regf 1.3), for hivexregedit to import into. Its root has a security cell, which
-- keys below share.
local NONE = 0xffffffff

-- A cell in use: its size, negative, before it; a multiple of 8.
local function cell(content)
  local size = (4 + #content + 7) // 8 * 8
  return string.pack("<i4", -size) .. content .. ("\0"):rep(size - 4 - #content)
end

local ROOT_AT, BIN = 0x20, 0x1000
local name = "ROOT"
local function root(security_at)
  local format = "<c2 I2 i8 " .. ("I4 "):rep(15) .. "I2 I2"
  return cell(string.pack(format, "nk", 0x2c, 0, 0, 0, 0, 0, NONE, NONE, 0, NONE, security_at, NONE, 0, 0, 0, 0, 0,
    #name, 0) .. name)
end
local security_at = ROOT_AT + #root(0)
-- Self-relative, without owner, group or lists.
local descriptor = string.pack("<I1 I1 I2 I4 I4 I4 I4", 1, 0, 0x8000, 0, 0, 0, 0)
local security = cell(
  string.pack("<c2 I2 I4 I4 I4 I4", "sk", 0, security_at, security_at, 1, #descriptor) .. descriptor)
local used = "hbin" .. string.pack("<I4 I4 i8 i8 I4", 0, BIN, 0, 0, 0) .. root(security_at) .. security
local bin = used .. string.pack("<i4", BIN - #used) .. ("\0"):rep(BIN - #used - 4)

local head = "regf" .. string.pack("<I4 I4 i8 I4 I4 I4 I4 I4 I4 I4", 1, 1, 0, 1, 3, 0, 1, ROOT_AT, BIN, 1)
head = head .. ("\0"):rep(0x1fc - #head)
local sum = 0
for at = 1, #head, 4 do sum = sum ~ string.unpack("<I4", head, at) end
head = head .. string.pack("<I4", sum)
io.write(head, ("\0"):rep(0x1000 - #head), bin)
