-- Looks at what a runbook really does on the machine at hand: what it touches, writes and installs. The machine is an
-- overlay behind the runbook's own guard: nothing is written anywhere. The runbook's text has run in this state already
-- and may have changed it, so what is seen here is no more than its word, and rules are judged elsewhere (check).

local left = require "lint.left"
local registry = require "registry"
local system = require "system"
local writes = require "lint.writes"

local record = {}

local target -- what messages call the file

-- The line at the beginning of a message, and the rest; nil if it is not of the file.
local function split(message)
  if message:sub(1, #target + 1) ~= target .. ":" then return nil, message end
  local line, rest = message:sub(#target + 2):match "^(%d+): ?(.*)$"
  return tonumber(line), rest or message
end

-- The line of the runbook that is at work; nil if none is.
local function line_now()
  for level = 3, 40 do
    local line = split(select(2, pcall(error, "", level)))
    if line then return line end
  end
end

local trace, finding

local function add(rule, line, text)
  if not finding[rule .. tostring(line)] then
    finding[rule .. tostring(line)] = true
    trace.findings[#trace.findings + 1] = { rule = rule, line = line or 1, text = text }
  end
end

-- The first line that reads a key, and the first that writes it; of each view, where the machine has two. `above`: the
-- guard allows it on the way down to what is declared, too.
local function touch(key, view, line, kind)
  local path, list = writes.canonical(key), kind.written and trace.written or trace.read
  local seen = system.bits == 64 and (view == 32 and 32 or 64) or nil
  local name = ("%s|%s|%s"):format(path, seen, kind.above)
  list[name] = list[name] or { key = path, view = seen, above = kind.above, line = line or 1 }
end

local original = {}

local function watch_reads()
  for name, at in pairs { get = 2, raw = 2, exists = 1, keys = 1, values = 1 } do
    original[name] = registry[name]
    registry[name] = function(key, ...)
      if type(key) == "string" then touch(key, select(at, ...), line_now(), { above = name == "exists" }) end
      return original[name](key, ...)
    end
  end
end

local function same(a, b)
  if type(a) ~= "table" or type(b) ~= "table" then return a == b end
  return table.concat(a, "\0") == table.concat(b, "\0")
end

local function view_in(options) return type(options) == "table" and options.view or nil end

local function note_write(write)
  local line = line_now()
  touch(write.key, write.view, line, { written = true, above = not write.name and not write.deleted })
  write.line = line or 1
  trace.writes[#trace.writes + 1] = write
  writes.judge(write, function(rule, text) add(rule, line, text) end)
end

local function watch_writes()
  original.set, original.delete, original.create, original.delete_key = registry.set, registry.delete, registry.create,
    registry.delete_key
  registry.set = function(key, name, data, options)
    if type(key) == "string" and type(name) == "string" then
      local view = view_in(options)
      note_write { key = key, name = name, data = data, view = view, type = type(options) == "table" and options.type
        or nil, changes = not same((original.get(key, name, view)), data) }
    end
    return original.set(key, name, data, options)
  end
  registry.create = function(key, options)
    if type(key) == "string" then note_write { key = key, view = view_in(options) } end
    return original.create(key, options)
  end
  registry.delete = function(key, name, options)
    if type(key) == "string" then note_write { key = key, name = name, view = view_in(options), deleted = true } end
    return original.delete(key, name, options)
  end
  registry.delete_key = function(key, options)
    if type(key) == "string" then
      note_write { key = key, view = view_in(options), deleted = true }
      trace.deleted[writes.canonical(key)] = true
    end
    return original.delete_key(key, options)
  end
end

local function watch_updates()
  local update = require "update"
  local install = update.install
  update.install = function(options)
    if type(options) == "table" and type(options.kb) == "string" then
      trace.updates[options.kb] = trace.updates[options.kb] or { kb = options.kb, line = line_now() or 1 }
    end
    return install(options)
  end
end

-- Calls a function of the runbook; what it fails with, and where, becomes the trace's error.
local function attempt(fn, argument)
  local line
  local fine, result = xpcall(fn, function(reason)
    line = line_now()
    return reason
  end, argument)
  if fine then return true, result end
  local at, text = split(tostring(result))
  trace.error = { line = line or at or 1, text = text }
  return false
end

-- Proposals of a second run: the line of the first.
local function again(runbook, params)
  local before = #trace.writes
  if not pcall(runbook.run, params) then return end
  for index = before + 1, #trace.writes do
    local write = trace.writes[index]
    if write.changes then
      add("not-converging", write.line, ("a second run sets %s again"):format(write.name))
      return
    end
  end
end

-- The lists of texts that `needs` declares.
local function declared(runbook)
  local needs = type(runbook.needs) == "table" and runbook.needs or {}
  local result = { any_server = needs.probes == true, reboot = needs.reboot == true }
  for _, field in ipairs { "registry", "reads", "updates", "packages", "files", "probes" } do
    local list = needs[field]
    result[field] = {}
    for _, text in ipairs(type(list) == "table" and list or {}) do
      if type(text) == "string" then table.insert(result[field], text) end
    end
  end
  return result
end

local function values(map)
  local result = {}
  for _, value in pairs(map) do result[#result + 1] = value end
  return result
end

-- Runs a runbook. The answer: findings, touched keys, updates, the declared header as far as lint asks for it, error.
function record.run(runbook, params, file)
  target = file
  trace = { findings = {}, read = {}, written = {}, writes = {}, updates = {}, deleted = {} }
  finding = {}
  watch_reads()
  watch_writes()
  watch_updates()
  local applies = true
  if type(runbook.applies) == "function" then
    local fine, answer = attempt(runbook.applies, system)
    applies = answer
    if fine and type(answer) ~= "boolean" then
      trace.error = { text = "applies must return true or false, got " .. type(answer) }
    end
  end
  if applies and type(runbook.run) == "function" then
    local fine = attempt(runbook.run, params)
    left.check(trace, runbook, original.get, add)
    if fine then again(runbook, params) end
  end
  return { needs = declared(runbook), findings = trace.findings, error = trace.error,
    applies = applies and true, bits = system.bits, read = values(trace.read), written = values(trace.written),
    updates = values(trace.updates) }
end

return record
