-- The findings of one file: what its text says (static), what its runs on several machines did (record), and how
-- `needs` compares with that.

local fold = require "lint.fold"
local parser = require "lint.parser"
local rules = require "lint.rules"
local static = require "lint.static"
local writes = require "lint.writes"

local check = {}

-- Keys so far up that declaring one declares half of Windows.
local BROAD = {}
for _, key in ipairs { "HKLM", "HKLM\\SOFTWARE", "HKLM\\SYSTEM", "HKLM\\SYSTEM\\CurrentControlSet",
  "HKLM\\SYSTEM\\CurrentControlSet\\Control", "HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders",
  "HKLM\\SYSTEM\\CurrentControlSet\\Services", "HKLM\\SOFTWARE\\Microsoft", "HKLM\\SOFTWARE\\Microsoft\\Windows",
  "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion", "HKLM\\SOFTWARE\\Microsoft\\Windows NT",
  "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion", "HKLM\\SOFTWARE\\Policies",
  "HKLM\\SOFTWARE\\Policies\\Microsoft", "HKCU", "HKCU\\Software", "HKCR" } do BROAD[key:lower()] = key end

local function within(key, root) return key == root or key:sub(1, #root + 1) == root .. "\\" end

-- The lines of a list that is written out, by value; what is computed has none.
local function lines_of(item)
  local node, lines = fold.table(item and item.value), {}
  for _, entry in ipairs(node and node.items or {}) do
    local value = fold.value(entry.value)
    if type(value) == "string" then lines[value] = entry.line end
  end
  return lines
end

-- Everything of one kind that was declared when the file was loaded: { value, line, written = is it written out? }.
local function declared_list(kind, needs, traces)
  local lines, result = lines_of(needs[kind]), {}
  for _, value in ipairs(traces[1] and traces[1].needs and traces[1].needs[kind] or {}) do
    result[#result + 1] = { value = value, line = lines[value] or needs[kind] and needs[kind].line or 1,
      written = lines[value] ~= nil }
  end
  return result
end

-- A run that failed may not have come to where the key is used.
local function is_touched(root, traces)
  for _, trace in ipairs(traces) do
    if trace.error then return true end
    for _, touched in ipairs(trace.touched or {}) do
      if within(touched.key, root) then return true end
    end
  end
  return false
end

local function check_registry(needs, traces, add)
  local declared = declared_list("registry", needs, traces)
  for _, need in ipairs(declared) do
    local root = writes.canonical(need.value)
    if BROAD[root] then
      add("needs-wide", need.line, need.value .. " is far more than a runbook needs")
    elseif need.written and not is_touched(root, traces) then
      add("needs-wide", need.line, need.value .. " is not used")
    end
  end
  for _, trace in ipairs(traces) do
    for _, touched in ipairs(trace.touched or {}) do
      local covered = false
      for _, need in ipairs(declared) do covered = covered or within(touched.key, writes.canonical(need.value)) end
      if not covered then add("needs-narrow", touched.line, touched.key .. " is not in needs.registry") end
    end
  end
end

-- Updates that are installed on some machine, or that the text installs on machines that were not tried.
local function installed(tree, traces)
  local used = {}
  for _, trace in ipairs(traces) do
    for _, update in ipairs(trace.updates or {}) do used[update.kb] = update.line end
  end
  for _, node in ipairs(tree.nodes) do
    local _, members = fold.table(node.kind == "call" and node.args[1] or nil)
    local kb = members and members.kb and fold.value(members.kb.value)
    if kb then used[kb] = used[kb] or node.line end
  end
  return used
end

local function check_updates(tree, needs, traces, add)
  local names, used = {}, installed(tree, traces)
  for _, need in ipairs(declared_list("updates", needs, traces)) do
    names[need.value] = true
    if need.written and not used[need.value] then
      add("needs-wide", need.line, need.value .. " is not installed")
    end
  end
  for kb, line in pairs(used) do
    if not names[kb] then add("needs-narrow", line, kb .. " is not in needs.updates") end
  end
end

local function check_reboot(tree, needs, add)
  if not needs.reboot or needs.reboot.value.kind ~= "true" then return end
  for _, node in ipairs(tree.nodes) do
    local module = node.kind == "index" and fold.module(node.object)
    if module == "reboot" or module and module:find "^steps%." then return end
  end
  add("needs-wide", needs.reboot.line, "reboot is declared, and nothing calls for a restart")
end

-- A run that fails is a finding, unless its line has one already that says why.
local function check_runs(traces, add, at)
  local gated
  for _, trace in ipairs(traces) do
    for _, finding in ipairs(trace.findings) do add(finding.rule, finding.line, finding.text) end
  end
  for _, trace in ipairs(traces) do
    local fault = trace.error
    local meant = fault and (fault.text:find "blocked, " or fault.text:find "Wow6432Node") ~= nil
    if fault and not meant and not at[fault.line] and not gated then
      gated = true
      add("fails", fault.line, ("on %s: %s"):format(trace.machine, fault.text))
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

-- The findings of a text: { line, rule, text, reason, source }.
function check.check(about)
  local findings, seen, at = {}, {}, {}
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
    return findings
  end
  local tree = parser.tree(about.text)
  allowed = tree.allowed
  local members, needs = static.check(tree, add)
  check_runs(about.traces, add, at)
  if members and members.run then
    check_registry(needs or {}, about.traces, add)
    check_updates(tree, needs or {}, about.traces, add)
    check_reboot(tree, needs or {}, add)
  end
  return sorted(findings)
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
  end
  lines[#lines + 1] = ("%d file%s, %d finding%s"):format(#result.files, #result.files == 1 and "" or "s", count,
    count == 1 and "" or "s")
  return table.concat(lines, "\n") .. "\n"
end

return check
