-- Whether what labels name stands in one column: lua columns.lua show|status|state FILE. Prints the lines where it does
-- not.

local what, path = arg[1], arg[2]

-- What begins at the column, by the first line that has it, and the lines that have a label.
local FIRST = { show = "^SHA%-256 +()%x", status = "^%S+ +()sim:", state = "^  .- +TLS 1%.2 %S+ +()%l" }
local LABELLED = { show = "^.*[^:]$", status = "^%S+ +[/s]", state = FIRST.state }

local column, lines, wrong = nil, 0, 0
for line in io.lines(path) do
  if line:find "^  %-p" then break end
  local at = line:match(FIRST[what])
  column = column or at and utf8.len(line:sub(1, at - 1))
  if column and line:find(LABELLED[what]) then
    lines = lines + 1
    local offset = utf8.offset(line, column + 1)
    if not offset or offset ~= (at or offset) or not line:find("^ %S", offset - 1) then
      print(line)
      wrong = wrong + 1
    end
  end
end
os.exit(lines > 1 and wrong == 0 and 0 or 1)
