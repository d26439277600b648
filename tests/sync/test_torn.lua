-- A comment behind a statement or a declaration does not tear it: what would stand on one line without the comment,
-- stands on one, and the comment above it.
local source = os.getenv "TLSMEND_SOURCE" or "."
local WIDEST = tonumber(io.open(source .. "/.clang-format"):read "a":match "ColumnLimit: (%d+)")

-- Answers the line at which TEXT is torn, or nil.
local function torn(text, told)
  local before
  for line in text:gmatch "[^\n]*" do
    local rest = line:match "^%s*(%S.*[;{])%s+/%*.*%*/$"
    before = before or "{"
    local begun = not before:find "[;{}:\\]$" and not before:find "%*/$" or before:find "^%s*for %(.*;$"
    local control = before:find "^%s*[#/*]" or before:find "else$" or before:find "^%s*[%a ]+%(.*%)$"
    if rest and begun and before:find "%S" and not control and #before + 1 + #rest <= WIDEST then told(before, line) end
    before = line
  end
end

local function count(text)
  local number = 0
  torn(text, function() number = number + 1 end)
  return number
end
assert(count "  call(one,\n       two); /* and why */" == 1)
assert(count "  const char\n      *name; /* what it is */" == 1)
assert(count "  for (size_t i = 0; i < 9;\n       i++) { /* each */" == 1)
assert(count "enum {\n  MOST = 64\n}; /* bytes */" == 1)
assert(count "  /* and why */\n  call(one, two);\n  int a; /* why */\n  if (a)\n    b(); /* why */" == 0)

local pipe <close> = assert(io.popen(("find '%s/host' '%s/tests' -name '*.[ch]' | sort"):format(source, source)))
local bad, files = 0, 0
for path in pipe:lines() do
  local file <close> = assert(io.open(path))
  files = files + 1
  torn(file:read "a", function(before, line)
    bad = bad + 1
    print(("FAILED: %s: put the comment above: %s %s"):format(path, before:match "^%s*(.*)$", line:match "^%s*(.*)$"))
  end)
end
assert(files > 300, "found too few files")
os.exit(bad == 0)
