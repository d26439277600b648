-- A file that a document or a comment names is there, and so is what a link leads to: files move, words about them stay
-- behind.
local source = os.getenv "TLSMEND_SOURCE" or "."

local function lines(command)
  local pipe <close> = assert(io.popen(("cd '%s' && %s"):format(source, command)))
  local list = {}
  for line in pipe:lines() do list[#list + 1] = line end
  return list
end

-- What git has, or where there is no git (an archive) what lies in the folders of sources.
local files = lines "git ls-files 2>/dev/null || find host stdlib runbooks tests docs -type f && ls *.md *.txt"
local tracked, names = {}, {}
for _, file in ipairs(files) do
  tracked[file], names[file:match "[^/]+$"] = true, true
end

local OURS = { ["host/"] = true, ["stdlib/"] = true, ["runbooks/"] = true, ["tests/"] = true }
local SYSTEM = { ["windows.h"] = true, ["winnt.h"] = true, ["winerror.h"] = true }

-- A name is looked for from the top, below the folders of sources, beside the file that names it, and as the end of a
-- path.
local function found(name, by)
  name = name:gsub("^%.%./", ""):gsub("^%./", "")
  if name:find "[%u*]" or SYSTEM[name] then return true end -- a name for any file
  if name:find "%.lua$" and not OURS[name:match "^[^/]+/"] then return true end -- a user's runbook
  for _, base in ipairs { "", "host/", "tests/", "docs/", "stdlib/", by:match "^(.*/)" or "" } do
    if tracked[base .. name] then return true end
  end
  if not name:find "/" then return names[name] end
  for _, file in ipairs(files) do
    if file:sub(-#name - 1) == "/" .. name then return true end
  end
end

local folders = {}
for _, file in ipairs(files) do
  for at in file:gmatch "()/" do folders[file:sub(1, at - 1)] = true end
end

-- "a/../b/./c" is "b/c".
local function shortened(path)
  local parts = {}
  for part in path:gmatch "[^/]+" do
    if part == ".." then table.remove(parts)
    elseif part ~= "." then parts[#parts + 1] = part end
  end
  return table.concat(parts, "/")
end

-- The anchors of a page: its headings, spelled as on GitHub.
local function anchors(page)
  local list = {}
  for line in io.lines(source .. "/" .. page) do
    local heading = line:match "^#+ (.*)"
    if heading then list[heading:lower():gsub("[^%w%- _]", ""):gsub(" ", "-")] = true end
  end
  return list
end

local function leads_somewhere(link, by)
  local path, anchor = link:match "^([^#]*)#?(.*)$"
  local target = path == "" and by or shortened((by:match "^(.*/)" or "") .. path)
  return (tracked[target] or folders[target]) and (anchor == "" or anchors(target)[anchor])
end

local KINDS = { c = true, h = true, sh = true, lua = true, cmake = true, case = true }
local failed, count, links = 0, 0, 0
for _, file in ipairs(files) do
  local kind = file:match "%.(%a+)$"
  if file ~= "docs/CHANGELOG.md" and (kind == "md" or kind == "c" or kind == "h") then
    local handle <close> = assert(io.open(source .. "/" .. file))
    local text = handle:read "a"
    local words = {}
    if kind == "md" then
      for link in text:gmatch "%]%(([^)%s]+)%)" do
        if not link:find "^%a+:" then
          links = links + 1
          if not leads_somewhere(link, file) then
            failed = failed + 1
            print(("FAILED: %s links to %s, which is not there"):format(file, link))
          end
        end
      end
      for code in text:gmatch "`([^`\n]+)`" do words[#words + 1] = code end
    else
      for comment in text:gmatch "/%*.-%*/" do words[#words + 1] = comment end
    end
    for _, said in ipairs(words) do
      for name in said:gmatch "[%w_./*-]+%.%a+%f[^%w]" do
        if KINDS[name:match "[^.]+$"] then
          count = count + 1
          if not found(name, file) then
            failed = failed + 1
            print(("FAILED: %s names %s, which is not there"):format(file, name))
          end
        end
      end
    end
  end
end
print(count .. " names, " .. links .. " links")
os.exit(failed == 0 and count > 100 and links > 50)
