-- A stranger finds a README.md in every folder of host/ that holds C or Lua, and in every way of testing: the folders
-- directly below tests/. What lies deeper there is described by the README above it.
local source = os.getenv "TLSMEND_SOURCE" or "."

-- The folders of a list of files that need a README.md and have none.
local function lacking(files)
  local has, needs = {}, {}
  for _, file in ipairs(files) do
    local folder, name = file:match "^(.*)/([^/]+)$"
    local way = file:match "^tests/[^/]+%f[/]"
    if folder and name == "README.md" then has[folder] = true end
    if folder and file:find "^host/" and name:find "%.[ch]$" then needs[folder] = true end
    if folder and file:find "^host/" and name:find "%.lua$" then needs[folder] = true end
    if way then needs[way] = true end
  end
  local list, count = {}, 0
  for folder in pairs(needs) do
    count = count + 1
    if not has[folder] then list[#list + 1] = folder end
  end
  table.sort(list)
  return list, count
end

local files = {}
local pipe <close> = assert(io.popen(("cd '%s' && find host tests -type f"):format(source)))
for file in pipe:lines() do files[#files + 1] = file end
local list, count = lacking(files)
for _, folder in ipairs(list) do print("FAILED: " .. folder .. " has no README.md") end

-- A mistake of each kind is seen.
local planted = { "host/a/x.c", "host/b/README.md", "host/b/y.h", "host/b/c/z.lua", "host/d/de.txt", "tests/e/f/x.sh",
  "tests/g/README.md", "tests/g/h/x.c", "tests/check.sh" }
local seen = table.concat(lacking(planted), " ")
if seen ~= "host/a host/b/c tests/e" then print("FAILED: of planted folders were told: " .. seen) end

print(count .. " folders")
os.exit(#list == 0 and count > 40 and seen == "host/a host/b/c tests/e" and 0 or 1)
