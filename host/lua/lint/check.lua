-- The findings of one file: what its text says (static), what its runs on several machines did (record), and how
-- `needs` compares with that.

local needs = require "lint.needs"
local parser = require "lint.parser"
local rules = require "lint.rules"
local static = require "lint.static"

local check = {}

-- A run that fails is a finding, unless its line has one already that says why.
local function check_runs(about, add, at)
  local traces, gated = about.traces, nil
  local function line_of(fault)
    local file, line = fault.text:match "([^/\\%s]+):(%d+): "
    return fault.line or file == about.file and tonumber(line) or 1
  end
  for _, trace in ipairs(traces) do
    for _, finding in ipairs(trace.findings) do add(finding.rule, finding.line, finding.text) end
  end
  for _, trace in ipairs(traces) do
    local fault = trace.error
    local line = fault and line_of(fault)
    local expected = fault and (fault.text:find "blocked, " or fault.text:find "Wow6432Node") ~= nil
    if fault and not expected and not at[line] and not gated then
      gated = true
      add("fails", line, ("on %s: %s"):format(trace.machine, fault.text))
    end
  end
end

local function sorted(findings)
  table.sort(findings, function(a, b)
    if a.line ~= b.line then return a.line < b.line end
    return a.rule == b.rule and a.text < b.text or a.rule < b.rule
  end)
  return findings
end

-- What the loader says of the declaration, unless its line has a finding already; where it names none, any line.
local function check_load(reason, add, at)
  if not reason then return end
  local line, text = reason:match "^.-%.lua:?(%d*): (.*)$"
  line = tonumber(line)
  if not (line and at[line] or not line and next(at)) then
    add("does-not-load", line or 1, ((text or reason):gsub(" | .*$", "")))
  end
end

-- What is found in a text: findings { line, rule, text, reason, source }, and notes { line, text } of what cannot be
-- told.
function check.check(about)
  local findings, notes, seen, at = {}, {}, {}, {}
  local allowed = {}
  local function add(rule, line, text)
    local key = line .. rule
    if seen[key] or allowed[key] then return end
    seen[key], at[line] = true, true
    findings[#findings + 1] = { line = line, rule = rule, text = text, reason = rules[rule].reason,
      source = rules[rule].source }
  end
  local chunk, reason = load(about.text, "@lint-target")
  if not chunk then
    add("syntax", tonumber(reason:match "^lint%-target:(%d+):") or 1, (reason:gsub("^lint%-target:%d+: ", "")))
    return { findings = findings, notes = notes }
  end
  local tree = parser.tree(about.text)
  allowed = tree.allowed
  local members, declared = static.check(tree, about.own or {}, add)
  check_load(about.refused, add, at)
  check_runs(about, add, at)
  if members and members.run and not about.refused then
    needs.check(tree, declared or {}, about.traces, add, function(line, text)
      if not seen[line .. text] then
        seen[line .. text], notes[#notes + 1] = true, { line = line, text = text, rule = "note" }
      end
    end)
  end
  return { findings = sorted(findings), notes = sorted(notes) }
end

-- The machines that a file is tried on: a client and a server of each kind of defaults, both architectures.
function check.machines()
  return { "win7-sp1-x64", "win7-sp1-x86", "ws2008-sp2-x64+KB4019276", "ws2012-x64", "win81-x64", "ws2012r2-x64",
    "win10-22h2-x64", "ws2019-x64", "win11-24h2-x64" }
end

-- For people: file:line: rule: text, and beneath it why.
function check.text(result)
  local lines, count = {}, 0
  for _, file in ipairs(result.files) do
    for _, finding in ipairs(file.findings) do
      count = count + 1
      lines[#lines + 1] = ("%s:%d: %s: %s"):format(file.file, finding.line, finding.rule, finding.text)
      lines[#lines + 1] = ("    %s (%s)"):format(finding.reason, finding.source)
    end
    for _, note in ipairs(file.notes or {}) do
      lines[#lines + 1] = ("%s:%d: note: %s"):format(file.file, note.line, note.text)
    end
  end
  lines[#lines + 1] = ("%d file%s, %d finding%s"):format(#result.files, #result.files == 1 and "" or "s", count,
    count == 1 and "" or "s")
  return table.concat(lines, "\n") .. "\n"
end

return check
