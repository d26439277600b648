-- What `needs` declares, with the lines where that is written.

local fold = require "lint.fold"

local declared = {}

-- The lines of a list that is written out, by value; what is computed has none.
local function lines_of(item)
  local node, lines = fold.table(item and item.value), {}
  for _, entry in ipairs(node and node.items or {}) do
    local value = fold.value(entry.value)
    if type(value) == "string" then lines[value] = entry.line end
  end
  return lines
end

-- What was declared when the file was loaded; nil if no run came that far. `members` are those of the table `needs`.
function declared.loaded(traces) return traces[1] and traces[1].needs end

-- Everything of one kind: { value, line, written = is it written out? }.
function declared.list(kind, members, traces)
  local loaded, lines, result = declared.loaded(traces), lines_of(members[kind]), {}
  for _, value in ipairs(loaded and loaded[kind] or {}) do
    result[#result + 1] = { value = value, line = lines[value] or members[kind] and members[kind].line or 1,
      written = lines[value] ~= nil }
  end
  return result
end

return declared
