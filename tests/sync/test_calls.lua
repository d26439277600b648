-- What includes promise, calls keep: nm says which file calls which. A room calls only rooms on floors below
-- (test_includes.sh has the floors), and no file leads back to itself. `lua5.4 test_calls.lua [BUILD [NM]]`: a Windows
-- build and its nm show the files of that system. And what a file shows to others, one of them asks for: the host's, or
-- a test.
local build = arg[1] or os.getenv "TLSMEND_BINARY" or "build/dev"
local nm = arg[2] or "nm"
local source = os.getenv "TLSMEND_SOURCE" or "."

local function lines(command, ...)
  local pipe <close> = assert(io.popen(command:format(...)))
  local list = {}
  for line in pipe:lines() do list[#list + 1] = line end
  return list
end

local function read(path)
  local file <close> = assert(io.open(path))
  return file:read "a"
end

-- Answers leads: for each file the set of files that it calls, with the names; and home: where each name stands.
-- FOLDERS are those of objects.
local function calls(folders)
  local home, wants, leads = {}, {}, {}
  for _, folder in ipairs(folders) do
    local file
    for _, line in ipairs(lines("find '%s' -name '*.o' -o -name '*.obj' | sort | xargs %s -A", folder, nm)) do
      local path, rest = line:match "^(.-%.ob?j?):(.*)$"
      file = assert(path, line):match "%.dir/host/(.-)%.ob?j?$"
      local kind, name = rest:match "%s(%a) (%S+)$"
      if kind == "U" then
        wants[file] = wants[file] or {}
        wants[file][name] = true
      elseif kind and kind:find "[TDBRCV]" and name:find "^[%a_]" then -- not .refptr of mingw
        home[name] = file
      end
    end
  end
  for file, names in pairs(wants) do
    leads[file] = {}
    for name in pairs(names) do
      local to = home[name]
      if to and to ~= file then leads[file][to] = leads[file][to] and leads[file][to] .. " " .. name or name end
    end
  end
  return leads, home
end

local function sorted(set)
  local list = {}
  for name in pairs(set or {}) do list[#list + 1] = name end
  table.sort(list)
  return list
end

local floor_of = {}
do
  local number = 0
  for floor in read(source .. "/tests/sync/test_includes.sh"):match 'floors = "([^"]+)"':gmatch "[^|]+" do
    number = number + 1
    for room in floor:gmatch "%S+" do floor_of[room] = number end
  end
end

local function room(file) return file:match "^[^/]+" end

local function upward(leads, told)
  for _, from in ipairs(sorted(leads)) do
    for _, to in ipairs(sorted(leads[from])) do
      local low, high = floor_of[room(from)], floor_of[room(to)]
      if room(from) ~= room(to) and low <= high then told("%s calls %s: %s", from, to, leads[from][to]) end
    end
  end
end

-- What a text calls may stand in another process than what it is about: it asks its host, and nobody else.
local function past_host(leads, told)
  for _, from in ipairs(sorted(leads)) do
    for _, to in ipairs(from:find "^script/modules/" and sorted(leads[from]) or {}) do
      local asks = to:find "^base/" or to:find "^registry/" or to:find "^script/primitives/ask%."
        or to:find "^script/primitives/call%."
        or to:find "^script/" and not to:find "^script/primitives/"
      if not asks then told("%s calls %s, and not by its host: %s", from, to, leads[from][to]) end
    end
  end
end

-- Circles, as Tarjan finds them: each told with what ties it.
local function circles(leads, told)
  local index, low, open, stack, count = {}, {}, {}, {}, 0
  local function visit(file)
    count = count + 1
    index[file], low[file], open[file] = count, count, true
    stack[#stack + 1] = file
    for _, to in ipairs(sorted(leads[file])) do
      if not index[to] then visit(to) end
      if open[to] then low[file] = math.min(low[file], low[to]) end
    end
    if low[file] ~= index[file] then return end
    local members, many = {}, 0
    repeat
      local member = table.remove(stack)
      open[member], members[member], many = nil, true, many + 1
    until member == file
    if many == 1 then return end
    told("a circle of %d files:", many)
    for _, from in ipairs(sorted(members)) do
      for _, to in ipairs(sorted(leads[from])) do
        if members[to] then told("  %s -> %s: %s", from, to, leads[from][to]) end
      end
    end
  end
  for _, file in ipairs(sorted(leads)) do
    if not index[file] then visit(file) end
  end
end

-- Names that no other file asks for; TEXTS are the sources by their names, those of other systems and of tests among
-- them. A header, except the public ones, shows a name and asks for nothing, nor does the twin of a file for another
-- system.
local function unasked(leads, home, texts, told)
  local asked = {}
  for _, to in pairs(leads) do
    for _, names in pairs(to) do
      for name in names:gmatch "%S+" do asked[name] = true end
    end
  end
  for path, text in pairs(texts) do
    local own = path:match "^host/(.*%.c)$"
    local twin = own and own:gsub("/win32/", "/posix/")
    for name in text:gsub("/%*.-%*/", ""):gmatch "[%a_][%w_]*" do
      local from = home[name]
      if from and from ~= own and from ~= twin and (own or not path:find "^host/" or path:find "^host/include/") then
        asked[name] = true
      end
    end
  end
  for _, name in ipairs(sorted(home)) do
    if not asked[name] then told("%s is shown by %s, and no other file asks for it", name, home[name]) end
  end
end

local function judge(leads, home, texts)
  local mistakes = {}
  local function told(...) mistakes[#mistakes + 1] = string.format(...) end
  upward(leads, told)
  past_host(leads, told)
  circles(leads, told)
  unasked(leads, home or {}, texts or {}, told)
  return mistakes
end

-- The test sees what it looks for.

assert(#judge { ["os/a"] = { ["base/b"] = "f" }, ["base/b"] = {} } == 0)
assert(judge { ["base/b"] = { ["os/a"] = "f" } }[1] == "base/b calls os/a: f")
assert(judge { ["os/a"] = { ["registry/b"] = "f" } }[1] == "os/a calls registry/b: f")
assert(judge { ["script/modules/a.c"] = { ["machine/b.c"] = "f" } }[1]:find "not by its host: f")
assert(judge { ["script/modules/a.c"] = { ["script/primitives/b.c"] = "f" } }[1]:find "not by its host: f")
assert(#judge { ["script/modules/a.c"] = { ["script/primitives/ask.c"] = "f" } } == 0)
local ring = judge { ["os/a"] = { ["os/b"] = "f" }, ["os/b"] = { ["os/c"] = "g" }, ["os/c"] = { ["os/a"] = "h" } }
assert(ring[1] == "a circle of 3 files:" and ring[4] == "  os/c -> os/a: h")
local alone = judge({ ["os/a.c"] = { ["base/b.c"] = "f" } },
  { f = "base/b.c", g = "base/b.c", h = "base/b.c", i = "base/b.c" },
  { ["host/base/b.c"] = "g(h, i)", ["host/base/b.h"] = "void g(void); /* i */",
    ["tests/unit/test_b.c"] = "h() /* i */" })
assert(#alone == 2 and alone[1] == "g is shown by base/b.c, and no other file asks for it"
  and alone[2]:find "^i is shown")

local texts = {}
for _, path in ipairs(lines("cd '%s' && find host tests -name '*.[ch]'", source)) do
  texts[path] = read(source .. "/" .. path)
end
local leads, home = calls { build .. "/CMakeFiles/objects.dir/host", build .. "/CMakeFiles/tlsmend_command.dir/host" }
assert(#sorted(leads) > 100, "found too few objects below " .. build)
home.main = nil
local mistakes = judge(leads, home, texts)
print(#sorted(leads) .. " files")
for _, mistake in ipairs(mistakes) do print("FAILED: " .. mistake) end
os.exit(#mistakes == 0)
