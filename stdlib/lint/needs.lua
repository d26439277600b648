-- How `needs` compares with what a runbook does: what its runs touched (record) and what its text can touch (infer).

local fold = require "lint.fold"
local infer = require "lint.infer"
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

-- Whether a key lies in a declared tree, as the fence sees it: "32:" before a tree is a view, "HKU\*\" is every user.
local function within(key, tree)
  local root = writes.canonical((tree:gsub("^[36][24]:", "")))
  if root:find("hku\\*\\", 1, true) == 1 then
    if key == "hku" then return true end
    key, root = key:gsub("^hku\\[^\\]+", "hku\\*"), root
  end
  return key == root or key:sub(1, #root + 1) == root .. "\\"
end

local function covered(key, list)
  for _, need in ipairs(list) do
    if within(key, need.value) then return true end
  end
  return false
end

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
local function declared(kind, members, traces)
  local lines, result = lines_of(members[kind]), {}
  for _, value in ipairs(traces[1] and traces[1].needs and traces[1].needs[kind] or {}) do
    result[#result + 1] = { value = value, line = lines[value] or members[kind] and members[kind].line or 1,
      written = lines[value] ~= nil }
  end
  return result
end

-- A run that failed may not have come to where the key is used, and a computed key may be any.
local function is_touched(tree, traces, text)
  for _, key in ipairs(text.keys) do
    if not key.value or within(writes.canonical(key.value), tree) then return true end
  end
  for _, trace in ipairs(traces) do
    if trace.error then return true end
    for _, list in ipairs { trace.read or {}, trace.written or {} } do
      for _, touched in ipairs(list) do
        if within(touched.key, tree) then return true end
      end
    end
  end
  return false
end

local function check_width(list, traces, text, add)
  for _, need in ipairs(list) do
    if BROAD[writes.canonical((need.value:gsub("^[36][24]:", "")))] then
      add("needs-wide", need.line, need.value .. " is far more than a runbook needs")
    elseif need.written and not is_touched(need.value, traces, text) then
      add("needs-wide", need.line, need.value .. " is not used")
    end
  end
end

-- Whether something writes below a tree, as far as text and runs tell; what the library may write counts.
local function is_written(tree, traces, text)
  if text.library then return true end
  for _, key in ipairs(text.keys) do
    if key.written and (not key.value or within(writes.canonical(key.value), tree)) then return true end
  end
  for _, trace in ipairs(traces) do
    if trace.error then return true end
    for _, written in ipairs(trace.written or {}) do
      if within(written.key, tree) then return true end
    end
  end
  return false
end

-- One key of the text or of a run against what is declared.
local function check_key(key, line, written, lists, add)
  if covered(key, lists.registry) or not written and covered(key, lists.reads) then return end
  if covered(key, lists.reads) then
    add("needs-reads", line, key .. " is written, and stands in needs.reads only")
  else
    add("needs-narrow", line, ("%s is not in needs.%s"):format(key, written and "registry" or "reads"))
  end
end

local function check_registry(members, traces, text, add, note)
  local registry, reads = declared("registry", members, traces), declared("reads", members, traces)
  local lists = { registry = registry, reads = reads }
  check_width(registry, traces, text, add)
  check_width(reads, traces, text, add)
  for _, need in ipairs(registry) do
    if need.written and is_touched(need.value, traces, text) and not is_written(need.value, traces, text) then
      add("needs-wide", need.line, need.value .. " is only read: declare it in needs.reads")
    end
  end
  for _, trace in ipairs(traces) do
    for _, read in ipairs(trace.read or {}) do check_key(read.key, read.line, false, lists, add) end
    for _, row in ipairs(trace.written or {}) do check_key(row.key, row.line, true, lists, add) end
  end
  for _, key in ipairs(text.keys) do
    if key.value then
      check_key(writes.canonical(key.value), key.line, key.written, lists, add)
    else
      note(key.line, ("which key is %s here cannot be told from the text"):format(key.written and "written" or "read"))
    end
  end
end

-- Files and servers that the text names.
local function check_places(kind, rows, list, add, note)
  for _, row in ipairs(rows) do
    local found = row.value == nil
    for _, place in ipairs(list) do
      local value, root = row.value and row.value:lower(), place.value:lower()
      found = found or value == root or value:sub(1, #root + 1):gsub("/", "\\") == root:gsub("/", "\\") .. "\\"
    end
    if row.value == nil then
      note(row.line, "which of needs." .. kind .. " is meant here cannot be told from the text")
    elseif not found then
      add("needs-narrow", row.line, ("%s is not in needs.%s"):format(row.value, kind))
    end
  end
end

-- Updates that are installed on some machine, or that the text installs on machines that were not tried.
local function installed(tree, traces, text, note)
  local used = {}
  for _, trace in ipairs(traces) do
    for _, update in ipairs(trace.updates or {}) do used[update.kb] = update.line end
  end
  for _, node in ipairs(tree.nodes) do
    local _, members = fold.table(node.kind == "call" and node.args[1] or nil)
    local kb = members and members.kb and fold.value(members.kb.value)
    if kb then used[kb] = used[kb] or node.line end
  end
  for _, update in ipairs(text.updates) do
    if not update.value then note(update.line, "which update is installed here cannot be told from the text") end
  end
  return used
end

local function check_updates(tree, members, traces, text, add, note)
  local names, used = {}, installed(tree, traces, text, note)
  for _, need in ipairs(declared("updates", members, traces)) do
    names[need.value] = true
    if need.written and not used[need.value] then
      add("needs-wide", need.line, need.value .. " is not installed")
    end
  end
  for kb, line in pairs(used) do
    if not names[kb] then add("needs-narrow", line, kb .. " is not in needs.updates") end
  end
end

local function check_reboot(tree, members, add)
  if not members.reboot or members.reboot.value.kind ~= "true" then return end
  for _, node in ipairs(tree.nodes) do
    local module = node.kind == "index" and fold.module(node.object)
    if module == "reboot" or module and module:find "^steps%." then return end
  end
  add("needs-wide", members.reboot.line, "reboot is declared, and nothing calls for a restart")
end

-- `members` are those of the table `needs` where it is written out, else {}. add(rule, line, text) is for findings,
-- note(line, text) for what cannot be told.
function needs.check(tree, members, traces, add, note)
  local text = infer.text(tree)
  check_registry(members, traces, text, add, note)
  check_updates(tree, members, traces, text, add, note)
  check_reboot(tree, members, add)
  check_places("files", text.files, declared("files", members, traces), add, note)
  if not (traces[1] and traces[1].needs and traces[1].needs.any_server) then
    check_places("probes", text.servers, declared("probes", members, traces), add, note)
  end
end

return needs
