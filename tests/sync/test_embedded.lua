-- What the build leaves behind when it embeds texts (host/cmake/embed.cmake) is nothing that anybody misses: modules
-- compile to what their files compile to, with the numbers of their lines; runbooks keep their bytes.
local build = os.getenv "TLSMEND_BINARY" or "build/dev"
local source = os.getenv "TLSMEND_SOURCE" or "."

local function read(path)
  local file <close> = assert(io.open(path))
  return file:read "a"
end

local texts, names, seen, lean = {}, {}, 0, 0
for line in io.lines(build .. "/embedded.c") do
  local name, at = line:match '^  {"([^"]+)", %(const char %*%)text_(%d+)'
  if line:find "^static const unsigned char text_%d" then
    texts[#texts + 1] = {}
  elseif name then
    names[name] = texts[tonumber(at) + 1]
  elseif #texts > 0 then
    for byte in line:gmatch "0x(%x%x)" do table.insert(texts[#texts], string.char(tonumber(byte, 16))) end
  end
end

for name, bytes in pairs(names) do
  if name:find "%.lua$" then
    local text, file = table.concat(bytes):sub(1, -2), read(source .. "/" .. name) -- a text ends with a zero of its own
    seen, lean = seen + 1, lean + (#text < #file and 1 or 0)
    assert(string.dump(assert(load(text, "=" .. name))) == string.dump(assert(load(file, "=" .. name))),
      name .. " compiles to something else than its file")
    assert(name:find "^host/lua/" or text == file, name .. ": its bytes are shown to people")
  end
end
assert(seen > 50 and lean > 10, ("modules were found: %d, %d of them lean"):format(seen, lean))
print(("%d modules compile to what their files compile to"):format(seen))
