-- How `needs` compares with what a runbook does: what its runs touched (record) and what its text can touch (infer).

local declared = require "lint.declared"
local facts = require "tls.facts"
local infer = require "lint.infer"
local lists = require "lint.needs_lists"
local registry = require "registry"
local schannel = require "tls.schannel"
local writes = require "lint.writes"

local needs = {}

-- Keys so far up that declaring one declares half of Windows.
local BROAD = {}
for _, key in ipairs { "HKLM", "HKLM\\SOFTWARE", "HKLM\\SYSTEM", "HKLM\\SYSTEM\\CurrentControlSet",
  "HKLM\\SYSTEM\\CurrentControlSet\\Control", "HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders",
  "HKLM\\SYSTEM\\CurrentControlSet\\Services", "HKLM\\SOFTWARE\\Microsoft", "HKLM\\SOFTWARE\\Microsoft\\Windows",
  "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion", "HKLM\\SOFTWARE\\Microsoft\\Windows NT",
  "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion", "HKLM\\SOFTWARE\\Policies",
  "HKLM\\SOFTWARE\\Policies\\Microsoft", "HKCU", "HKCU\\Software", "HKU", "HKU\\*\\Software", "HKCR" } do
  BROAD[key:lower()] = key
end

-- Whether the machine at hand, a 64-bit one, has a copy of the key for each view.
local function redirected(key)
  local fine, views = pcall(registry.views, key)
  return fine and #views > 1
end

-- Whether a key lies in a declared tree, as the guard sees it: "32:" before a tree is a view (`view` nil: either of the
-- key), "HKU\*\" is every user.
local function within(key, tree, view)
  local root = writes.canonical((tree:gsub("^[36][24]:", "")))
  local wanted = tonumber(tree:match "^([36][24]):")
  if wanted and view and wanted ~= view and redirected(key) then return false end
  if root:find("hku\\*\\", 1, true) == 1 then
    if key == "hku" then return true end
    key, root = key:gsub("^hku\\[^\\]+", "hku\\*"), root
  end
  return key == root or key:sub(1, #root + 1) == root .. "\\"
end

-- Whether a row { key, view, above } is declared; above: so is the way down to what is declared.
local function covered(row, list, any_view)
  for _, need in ipairs(list) do
    local view = not any_view and row.view or nil
    if within(row.key, need.value, view) then return true end
    if row.above and within(writes.canonical((need.value:gsub("^[36][24]:", ""))), row.key) then return true end
  end
  return false
end

-- On 32-bit Windows a tree with a view stands for the one copy of the key; that is no use of it where another tree
-- would do.
local function spares(row, tree, list)
  if row.view or not tree:find "^[36][24]:" then return false end
  for _, need in ipairs(list) do
    if need.value ~= tree and within(row.key, need.value) then return true end
  end
  return false
end

local function has_run(traces)
  for _, trace in ipairs(traces) do
    if trace.applies then return true end
  end
  return false
end

-- A run that failed may not have come to where the key is used, a computed key may be any, and what the library uses is
-- seen only where it runs.
local function is_touched(tree, traces, text, trees)
  if text.library and not has_run(traces) then return true end
  for _, key in ipairs(text.keys) do
    if not key.value or within(writes.canonical(key.value), tree, key.view) then return true end
  end
  for _, trace in ipairs(traces) do
    if trace.error then return true end
    for _, list in ipairs { trace.read or {}, trace.written or {} } do
      for _, touched in ipairs(list) do
        if within(touched.key, tree, touched.view) and not spares(touched, tree, trees) then return true end
      end
    end
  end
  return false
end

local function check_width(list, traces, text, add)
  for _, need in ipairs(list) do
    if BROAD[writes.canonical((need.value:gsub("^[36][24]:", "")))] then
      add("needs-wide", need.line, need.value .. " is far more than a runbook needs")
    elseif need.written and not is_touched(need.value, traces, text, list) then
      add("needs-wide", need.line, need.value .. " is not used")
    end
  end
end

-- Whether something writes below a tree, as far as text and runs tell; what the library may write counts.
local function is_written(tree, traces, text)
  if text.library then return true end
  for _, key in ipairs(text.keys) do
    if key.written and (not key.value or within(writes.canonical(key.value), tree, key.view)) then return true end
  end
  for _, trace in ipairs(traces) do
    if trace.error then return true end
    for _, written in ipairs(trace.written or {}) do
      if within(written.key, tree, written.view) then return true end
    end
  end
  return false
end

-- One key of the text or of a run against what is declared.
local function check_key(row, written, trees, add)
  if covered(row, trees.registry) or not written and covered(row, trees.reads) then return end
  local field = written and "registry" or "reads"
  if covered(row, trees.reads) then
    add("needs-reads", row.line, row.key .. " is written, and stands in needs.reads only")
  elseif row.view and (covered(row, trees.registry, true) or not written and covered(row, trees.reads, true)) then
    add("needs-narrow", row.line, ("the %d-bit view of %s is not in needs.%s"):format(row.view, row.key, field))
  else
    add("needs-narrow", row.line, ("%s is not in needs.%s"):format(row.key, field))
  end
end

-- What the guard lets whoever may write the switches of Schannel read besides.
local function add_deciding(trees)
  local switches = { key = writes.canonical(schannel.KEY), above = true }
  for _, key in ipairs(covered(switches, trees.registry) and facts.READS or {}) do
    trees.reads[#trees.reads + 1] = { value = key }
  end
end

local function check_registry(members, traces, text, add, note)
  local trees = { registry = declared.list("registry", members, traces),
    reads = declared.list("reads", members, traces) }
  check_width(trees.registry, traces, text, add)
  check_width(trees.reads, traces, text, add)
  add_deciding(trees)
  for _, need in ipairs(trees.registry) do
    if need.written and is_touched(need.value, traces, text, trees.registry)
      and not is_written(need.value, traces, text) then
      add("needs-wide", need.line, need.value .. " is only read: declare it in needs.reads")
    end
  end
  for _, trace in ipairs(traces) do
    for _, row in ipairs(trace.read or {}) do check_key(row, false, trees, add) end
    for _, row in ipairs(trace.written or {}) do check_key(row, true, trees, add) end
  end
  for _, key in ipairs(text.keys) do
    if key.value then
      check_key({ key = writes.canonical(key.value), view = key.view, above = key.above, line = key.line }, key.written,
        trees, add)
    else
      note(key.line, ("which key is %s here cannot be told from the text"):format(key.written and "written" or "read"))
    end
  end
end

-- Without a view a key is the 64-bit one, as far as the runbook applies to a Windows that has two.
local function settle_views(text, traces)
  local two = false
  for _, trace in ipairs(traces) do two = two or trace.bits == 64 and trace.applies end
  for _, key in ipairs(text.keys) do
    if key.view == "default" then key.view = two and 64 or nil end
  end
end

-- `members` are those of the table `needs` where it is written out, else {}. add(rule, line, text) is for findings,
-- note(line, text) for what cannot be told.
function needs.check(tree, members, traces, add, note)
  local text = infer.text(tree)
  settle_views(text, traces)
  check_registry(members, traces, text, add, note)
  lists.check(members, traces, text, add, note)
end

return needs
