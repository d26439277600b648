-- The policy of `tlsmend test`: which machines there are, which packages stand in, what lowers a machine's security,
-- and whether a plan is what its author expects. Looks at plans as data (the JSON of `tlsmend plan`), asks no machine.

local lowered = require "bench.lowered"
local machines = require "machines.builtin"
local updates = require "windows.updates"

local policy = {}

-- The names of all built-in machines.
function policy.machines() return machines.names() end

-- The snapshot of one as text; a table with the reason where there is one why it cannot be, or nil.
function policy.text(name)
  local text, reason = machines.text(name)
  return text or reason and { reason = reason } or nil
end

-- File names of stand-ins for the packages of updates, for every Windows and processor that they are made for.
function policy.packages(kbs)
  local names = {}
  for _, kb in ipairs(kbs) do
    for _, branch in ipairs((updates.of(kb) or { branches = {} }).branches) do
      for _, architecture in ipairs(branch.architectures) do
        names[#names + 1] = ("%s-%s.msu"):format(branch.file, architecture)
      end
    end
  end
  return names
end

local function add(list, rule, format, ...)
  list[#list + 1] = { rule = rule, text = format:format(...) }
end

local function set_of(list)
  local set = {}
  for _, name in ipairs(list or {}) do set[name] = true end
  return set
end

-- The protocols that a runbook declares that it may switch on: `needs.legacy`, and what its parameters name.
local function declared(plan)
  local set = set_of(plan.extra.legacy)
  local function take(value)
    if type(value) == "table" then
      for _, item in pairs(value) do take(item) end
    elseif type(value) == "string" then
      set[value] = true
    end
  end
  for _, runbook in ipairs(plan.runbooks) do take(runbook.params) end
  return set
end

-- A key that is deleted and made again loses what else stood there.
local function recreated(plan, out)
  local deleted = {}
  for _, change in ipairs(plan.changes) do
    local place = change.key and change.key:upper() .. tostring(change.view)
    if change.kind == "key-delete" then
      deleted[place] = true
    elseif change.kind == "key-create" and deleted[place] then
      add(out, "key-recreated", "%s is deleted and made again: whatever else stood there is lost", change.key)
    end
  end
end

-- What a plan lowers of a machine, by its facts before and after (bench.facts).
function policy.lowered(plan)
  local out, seen = {}, {}
  lowered.judge(plan.extra.before, plan.extra.after, declared(plan), set_of(plan.extra.off), function(rule, ...)
    local text = string.format(...)
    if not seen[rule .. text] then add(out, rule, "%s", text) end
    seen[rule .. text] = true
  end)
  recreated(plan, out)
  table.sort(out, function(a, b) return a.rule .. a.text < b.rule .. b.text end)
  return out
end

local function text_of(value)
  if type(value) == "table" then
    local parts = {}
    for _, item in ipairs(value) do parts[#parts + 1] = text_of(item) end
    return "{ " .. table.concat(parts, ", ") .. " }"
  end
  return type(value) == "string" and ("%q"):format(value) or tostring(value)
end

-- "HKLM\...\Name" of each value that a plan sets -> data; nil stands for "is deleted".
local function sets(plan)
  local result = {}
  for _, change in ipairs(plan.changes or {}) do
    if change.name then
      local path = (change.key .. "\\" .. change.name):lower()
      local data = change.after and change.after.data
      result[path .. (change.view == 32 and " [32-bit]" or "")] = data == nil and "absent" or data
    end
  end
  return result
end

local EXPECTED = { answer = "answer", reason = "reason", changes = "changes", updates = "updates", values = "values",
  restarts = "restarts", sets = "sets" }

-- Compares what expect.lua says of a machine (plan.extra) with what came out.
function policy.expected(plan)
  local out, record, got = {}, plan.record, sets(plan)
  for name, value in pairs(plan.extra) do
    if not EXPECTED[name] then
      add(out, "expect", "expect.lua: unknown field %q; there are answer, reason, changes, updates, values, " ..
        "restarts, sets", name)
    elseif name == "reason" then
      if not (record.reason or ""):find(value, 1, true) then
        add(out, "expect", "the reason is %q, expected one with %q", record.reason, value)
      end
    elseif name == "sets" then
      for path, data in pairs(value) do
        local is = got[path:lower()]
        if text_of(is) ~= text_of(data) then
          add(out, "expect", "%s is set to %s, expected %s", path, text_of(is), text_of(data))
        end
      end
    elseif record[name] ~= value then
      add(out, "expect", "%s is %s, expected %s", name, text_of(record[name]), text_of(value))
    end
  end
  table.sort(out, function(a, b) return a.text < b.text end)
  return out
end

return policy
