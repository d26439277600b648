-- How `needs` compares with what a runbook does: what its runs touched (record) and what its text says.

local fold = require "lint.fold"
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

-- A run that failed may not have come to where the key is used.
local function is_touched(tree, traces)
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

local function check_width(list, traces, add)
  for _, need in ipairs(list) do
    if BROAD[writes.canonical((need.value:gsub("^[36][24]:", "")))] then
      add("needs-wide", need.line, need.value .. " is far more than a runbook needs")
    elseif need.written and not is_touched(need.value, traces) then
      add("needs-wide", need.line, need.value .. " is not used")
    end
  end
end

local function check_registry(members, traces, add)
  local registry, reads = declared("registry", members, traces), declared("reads", members, traces)
  check_width(registry, traces, add)
  check_width(reads, traces, add)
  for _, trace in ipairs(traces) do
    for _, read in ipairs(trace.read or {}) do
      if not covered(read.key, registry) and not covered(read.key, reads) then
        add("needs-narrow", read.line, read.key .. " is not in needs.reads")
      end
    end
    for _, written in ipairs(trace.written or {}) do
      if not covered(written.key, registry) and covered(written.key, reads) then
        add("needs-reads", written.line, written.key .. " is written, and stands in needs.reads only")
      elseif not covered(written.key, registry) then
        add("needs-narrow", written.line, written.key .. " is not in needs.registry")
      end
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

local function check_updates(tree, members, traces, add)
  local names, used = {}, installed(tree, traces)
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

-- `members` are those of the table `needs` where it is written out, else {}.
function needs.check(tree, members, traces, add)
  check_registry(members, traces, add)
  check_updates(tree, members, traces, add)
  check_reboot(tree, members, add)
end

return needs
