-- The report of `tlsmend test` for people and as JUnit XML. Takes the object that --format json prints.

local markup = require "markup"

local report = {}

local function plural(count, noun)
  return ("%d %s%s"):format(count, noun, count == 1 and "" or "s")
end

local function effects(machine)
  local parts = {}
  for _, row in ipairs { { "updates", "update" }, { "restarts", "restart" }, { "values", "value" } } do
    local count = machine[row[1]] or 0
    if count > 0 then parts[#parts + 1] = plural(count, row[2]) end
  end
  return table.concat(parts, ", ")
end

local ORDER = { "changes", "nothing to do", "does not apply", "blocked", "cannot tell", "failed" }

local function summary(runbook)
  local counts, interruptions = {}, 0
  for _, machine in ipairs(runbook.machines) do
    counts[machine.answer] = (counts[machine.answer] or 0) + 1
    interruptions = interruptions + machine.interruptions
  end
  local parts = {}
  for _, answer in ipairs(ORDER) do
    if counts[answer] then parts[#parts + 1] = ("%d %s"):format(counts[answer], answer) end
  end
  return ("%s: %s: %s; %s; %s; %d.%03d s"):format(runbook.runbook, plural(#runbook.machines, "machine"),
    table.concat(parts, ", "), plural(interruptions, "interruption"), plural(runbook.findings, "finding"),
    runbook.milliseconds // 1000, runbook.milliseconds % 1000)
end

-- Machines in order; the reason of an answer is said once, for the first machine that gives it.
function report.text(result)
  local lines = {}
  for _, runbook in ipairs(result.runbooks) do
    local told = {}
    for _, machine in ipairs(runbook.machines) do
      local mark = #machine.findings > 0 and "FAILED" or "ok"
      local line = ("%-6s %-24s %-15s %s"):format(mark, machine.machine, machine.answer, effects(machine))
      if machine.interruptions > 0 then line = line .. ", " .. plural(machine.interruptions, "interruption") end
      if machine.as then line = line .. ", interrupted as " .. machine.as end
      lines[#lines + 1] = (line:gsub("%s+$", ""))
      if machine.reason ~= "" and not told[machine.reason] and machine.answer ~= "changes"
        and machine.answer ~= "failed" then
        told[machine.reason] = true
        lines[#lines + 1] = "       " .. machine.reason
      end
      for _, finding in ipairs(machine.findings) do
        lines[#lines + 1] = ("       %s: %s"):format(finding.rule, finding.text)
      end
    end
    lines[#lines + 1] = summary(runbook)
  end
  return table.concat(lines, "\n") .. "\n"
end

-- Text for XML 1.0, without the characters that it has no place for.
local function xml(text)
  return markup.escape((tostring(text):gsub("[%z\1-\8\11\12\14-\31]", "?")))
end

local function seconds(milliseconds) return ("%.3f"):format(milliseconds / 1000) end

local function case(runbook, machine)
  local head = ('    <testcase name="%s" classname="%s" file="%s" time="%s"'):format(xml(machine.machine),
    xml(runbook.runbook), xml(runbook.source), seconds(machine.milliseconds))
  local body = {}
  if machine.answer == "failed" then
    local first = machine.findings[1] or { rule = "error", text = machine.reason }
    body[1] = ('      <error type="%s" message="%s"/>'):format(xml(first.rule), xml(first.text))
  elseif #machine.findings > 0 then
    local texts = {}
    for _, finding in ipairs(machine.findings) do texts[#texts + 1] = finding.rule .. ": " .. finding.text end
    body[1] = ('      <failure type="%s" message="%s">%s</failure>'):format(xml(machine.findings[1].rule),
      xml(machine.findings[1].text), xml(table.concat(texts, "\n")))
  elseif machine.answer == "does not apply" or machine.answer == "blocked" then
    body[1] = ('      <skipped message="%s"/>'):format(xml(machine.answer .. ": " .. machine.reason))
  end
  return #body > 0 and head .. ">\n" .. body[1] .. "\n    </testcase>" or head .. "/>"
end

local function suite(runbook, at, lines)
  local failures, errors, skipped = 0, 0, 0
  for _, machine in ipairs(runbook.machines) do
    if machine.answer == "failed" then errors = errors + 1
    elseif #machine.findings > 0 then failures = failures + 1
    elseif machine.answer == "does not apply" or machine.answer == "blocked" then skipped = skipped + 1 end
  end
  local totals = ('tests="%d" failures="%d" errors="%d" skipped="%d" time="%s"'):format(#runbook.machines, failures,
    errors, skipped, seconds(runbook.milliseconds))
  lines[#lines + 1] = ('  <testsuite name="%s" %s timestamp="%s">'):format(xml(runbook.runbook), totals, xml(at))
  for _, machine in ipairs(runbook.machines) do lines[#lines + 1] = case(runbook, machine) end
  lines[#lines + 1] = "  </testsuite>"
  return { #runbook.machines, failures, errors, skipped, runbook.milliseconds }
end

function report.junit(result)
  local lines, sum = {}, { 0, 0, 0, 0, 0 }
  for _, runbook in ipairs(result.runbooks) do
    for i, count in ipairs(suite(runbook, result.at:gsub("Z$", ""), lines)) do sum[i] = sum[i] + count end
  end
  local head = ('<testsuites name="tlsmend test" tests="%d" failures="%d" errors="%d" skipped="%d" time="%s">'):format(
    sum[1], sum[2], sum[3], sum[4], seconds(sum[5]))
  return '<?xml version="1.0" encoding="UTF-8"?>\n' .. head .. "\n" .. table.concat(lines, "\n") .. "\n</testsuites>\n"
end

return report
