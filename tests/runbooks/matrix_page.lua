-- Makes docs/runbooks/MATRIX.md of tests/runbooks/matrix.txt, which test_matrix.sh compares with what the runbooks do.
-- What stands above the mark in the page is written by people and kept. From the top folder:
--   lua5.4 tests/runbooks/matrix_page.lua > MATRIX.new && mv MATRIX.new docs/runbooks/MATRIX.md

local MARK = "<!-- made by tests/runbooks/matrix_page.lua: do not edit below -->"
local ANSWERS = { refers = "does not apply", nothing = "nothing to do", blocked = "blocked",
  ["cannot-tell"] = "cannot tell" }
local ORDER = { "changes", "nothing to do", "does not apply", "blocked", "cannot tell" }

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read "a"
  file:close()
  return text
end

-- "2+1+14" as "changes: 2 updates, 1 restart, 14 values".
local function cell(text)
  if ANSWERS[text] then return ANSWERS[text], ANSWERS[text] end
  local updates, restarts, values = text:match "^(%d+)%+(%d+)%+(%d+)$"
  assert(updates, "matrix.txt: a cell that is no answer: " .. text)
  local parts = {}
  for _, row in ipairs { { updates, "update" }, { restarts, "restart" }, { values, "value" } } do
    if row[1] ~= "0" then parts[#parts + 1] = row[1] .. " " .. row[2] .. (row[1] == "1" and "" or "s") end
  end
  return "**changes**: " .. table.concat(parts, ", "), "changes"
end

local function words(line)
  local list = {}
  for word in line:gmatch "%S+" do list[#list + 1] = word end
  return list
end

local runbooks, rows, counts = nil, {}, {}
for line in read "tests/runbooks/matrix.txt":gmatch "[^\n]+" do
  local list = words(line)
  if line:find "^# machine " then
    runbooks = { table.unpack(list, 3) }
  elseif not line:find "^#" then
    assert(#list == #runbooks + 1, "matrix.txt: a row with too few or too many cells: " .. line)
    rows[#rows + 1] = list
  end
end

local page = read "docs/runbooks/MATRIX.md"
local at = assert(page:find(MARK, 1, true), "docs/runbooks/MATRIX.md has lost its mark")
io.write(page:sub(1, at - 1), MARK, "\n\n")
local body = {}
for _, row in ipairs(rows) do
  local cells = { "`" .. row[1] .. "`" }
  for index = 2, #row do
    local text, answer = cell(row[index])
    cells[index] = text
    counts[answer] = (counts[answer] or 0) + 1
  end
  body[#body + 1] = "| " .. table.concat(cells, " | ") .. " |\n"
end
local sums = {}
for _, answer in ipairs(ORDER) do sums[#sums + 1] = ("%d %s"):format(counts[answer] or 0, answer) end
io.write(("%d machines, %d runbooks, %d cells: %s.\n\n"):format(#rows, #runbooks, #rows * #runbooks,
  table.concat(sums, ", ")))
io.write("| machine | " .. table.concat(runbooks, " | ") .. " |\n|---" .. ("|---"):rep(#runbooks) .. "|\n")
io.write(table.concat(body))
