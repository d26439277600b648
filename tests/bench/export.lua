-- Bench: sections of a registry export as large as asked for: classes of COM, which are most of a real SOFTWARE.
-- usage: lua5.4 export.lua MEGABYTES, counted as UTF-16; prints UTF-8.
local wanted = assert(tonumber(arg[1]), "MEGABYTES expected") * 500000
local ROOT = [[HKEY_LOCAL_MACHINE\SOFTWARE\Classes\CLSID]]
local ROOTS = "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Classes]\r\n\r\n[" .. ROOT .. "]\r\n\r\n"

-- The bytes of an expandable text, in rows as regedit breaks them.
local function expandable(name, text)
  local bytes = {}
  for i = 1, #text do bytes[i] = ("%02x,00,"):format(text:byte(i)) end
  local rest, rows = table.concat(bytes) .. "00,00", {}
  local row = name .. "=hex(2):"
  while #row + #rest > 79 do
    local room = (77 - #row) // 3 * 3
    rows[#rows + 1] = row .. rest:sub(1, room) .. "\\"
    row, rest = "  ", rest:sub(room + 1)
  end
  rows[#rows + 1] = row .. rest
  return table.concat(rows, "\r\n")
end

local server = expandable("@", [[%SystemRoot%\System32\tlsmend-bench.dll]])
local class = table.concat({
  '[%K]', '@="A class that nobody makes, number %N"', '"AppID"="{%I}"', '"Flags"=dword:%F', "",
  '[%K\\InProcServer32]', server, '"ThreadingModel"="Both"', "",
  '[%K\\ProgID]', '@="Tlsmend.Bench%N.1"', "", '[%K\\Programmable]', "",
  '[%K\\TypeLib]', '@="{%I}"', "", '[%K\\Version]', '@="1.0"', "",
  '[%K\\VersionIndependentProgID]', '@="Tlsmend.Bench%N"', "", "",
}, "\r\n")

-- A key holds a thousand of them. An import makes no parents: they come first.
local printed, number = 0, 0
while printed < wanted do
  local parent = ("%s\\Part%d"):format(ROOT, number // 1000)
  if number % 1000 == 0 then io.write(number == 0 and ROOTS or "", "[", parent, "]\r\n\r\n") end
  number = number + 1
  local id = ("%08X-9C1D-11D3-B38F-%012X"):format(number * 2654435761 % (1 << 32), number)
  local text = class:gsub("%%([KNIF])", {
    K = parent .. "\\{" .. id .. "}", N = tostring(number), I = id, F = ("%08x"):format(number) })
  io.write(text)
  printed = printed + #text
end
