-- What policy files (registry.pol) make of the values that the state rests on, for people: a part of state.report. The host
-- has compared them. `say` puts a text into the language that is asked for.

local report = {}

local function place(row)
  return row.key .. (row.view == 32 and " (32-bit view) " or " ") .. row.name
end

local function line(row, say)
  if row.same then return say("Group Policy (%s) sets the same: %s", row.file, place(row)) end
  return say("Group Policy (%s) has not set %s yet: now %s, from its next refresh on %s", row.file, place(row), row.now,
    row.next)
end

function report.lines(result, say)
  local rows, lines = result.policy_values or {}, {}
  if #rows > 0 then lines = { "", say "Policy files" } end
  for _, row in ipairs(rows) do lines[#lines + 1] = "  " .. line(row, say) end
  return lines
end

function report.html(result, say, html)
  local rows = result.policy_values or {}
  if #rows == 0 then return "" end
  local out = { "<h2>" .. html(say "Policy files") .. "</h2><ul>" }
  for _, row in ipairs(rows) do out[#out + 1] = "<li>" .. html(line(row, say)) .. "</li>" end
  out[#out + 1] = "</ul>"
  return table.concat(out, "\n")
end

return report
