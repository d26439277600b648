-- docs/SECURITY.md names a test behind each promise; each test that it names exists, and so does the function in it.
local source, binary = os.getenv "TLSMEND_SOURCE", os.getenv "TLSMEND_BINARY"
local bad = 0
local function fail(...)
  bad = bad + 1
  io.stderr:write("FAILED: ", string.format(...), "\n")
end

local function read(path)
  local file = io.open(path, "rb")
  local text = file and file:read "a"
  if file then file:close() end
  return text
end

-- All tests that ctest knows here.
local tests = {}
local list = assert(io.popen("ctest --test-dir '" .. binary .. "' -N"))
for line in list:lines() do
  local name = line:match "^%s*Test%s*#%d+: (%S+)"
  if name then tests[name] = true end
end
list:close()

-- The source of a C test: tests/*/NAME.c, tests/unit/*/NAME.c, or all of tests/NAME.
local function source_of(name)
  local files = ("*/NAME.c unit/*/NAME.c NAME/*.c"):gsub("NAME", name)
  local found = io.popen("cd '" .. source .. "/tests' && cat " .. files .. " 2>/dev/null")
  local text = found and found:read "a"
  if found then found:close() end
  return text or ""
end

local function check(promise, name, functions)
  if not tests[name] then
    fail("'%s' names %s, which is no test", promise, name)
    return
  end
  local text = functions and source_of(name)
  for word in (functions or ""):gmatch "[%w_]+" do
    if not text:find("static void " .. word .. "(", 1, true) then
      fail("'%s' names %s of %s, which is not there", promise, word, name)
    end
  end
end

-- A promise is an item of a list, with its indented lines.
local section, promises, names = "", 0, 0
local function judge(item)
  local short, before = item:sub(1, 50), names
  for inside in item:gmatch "%[([a-z][^%]%(%)]*)%]" do
    local name, functions = inside:match "^([%w_]+):%s*([%w_,%s]+)$"
    check(short, name or inside, functions)
    names = names + 1
  end
  if section == "What is promised" then
    promises = promises + 1
    if names == before then fail("'%s' names no test", short) end
  end
end

local item
for line in (assert(read(source .. "/docs/SECURITY.md")) .. "\n## \n"):gmatch "(.-)\n" do
  if item and line:match "^  %S" then
    item = item .. " " .. line:match "^%s*(.*)"
  else
    if item then judge(item) end
    item = line:match "^%- (.*)"
  end
  section = line:match "^## (.*)" or section
end
if promises < 15 then fail("found %d promises, fewer than the page has", promises) end
print(promises .. " promises, " .. names .. " tests named")
os.exit(bad == 0)
