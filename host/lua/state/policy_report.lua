-- What policy files (registry.pol) make of the values that the state rests on, for people: a part of the reports. The
-- host has compared them.

local markup = require "markup"
local said = require "state.said"

local report = {}

local say = said.say

local function place(row)
  return row.key .. (row.view == 32 and " (32-bit view) " or " ") .. row.name
end

local function line(row)
  if row.same then return say("Group Policy (%s) sets the same: %s", row.file, place(row)) end
  if not row.now then
    return say("Group Policy (%s) sets %s to %s; what it is now is not in this file", row.file, place(row), row.next)
  end
  return say("Group Policy (%s) has not set %s yet: now %s, from its next refresh on %s", row.file, place(row), row.now,
    row.next)
end

function report.text(result, lines)
  local rows = result.policy_values or {}
  if #rows == 0 then return end
  lines[#lines + 1] = ""
  lines[#lines + 1] = say "Policy files"
  for _, row in ipairs(rows) do said.wrap(lines, "  ", line(row)) end
end

function report.html(result)
  local rows = result.policy_values or {}
  if #rows == 0 then return "" end
  local out = { "<h2>" .. markup.escape(say "Policy files") .. "</h2><ul>" }
  for _, row in ipairs(rows) do out[#out + 1] = "<li>" .. markup.escape(line(row)) .. "</li>" end
  out[#out + 1] = "</ul>"
  return table.concat(out, "\n")
end

return report
