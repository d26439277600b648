-- Runs a runbook on the machine at hand and looks at what it really does: what it touches, writes and installs, and
-- what is left half done at the end. The machine is an overlay: nothing is written anywhere.

local registry = require "registry"
local releases = require "windows.releases"
local schannel = require "tls.schannel"
local system = require "system"
local writes = require "lint.writes"

local record = {}

local CHUNK = "lint-target"

-- The line of the runbook that is at work; nil if none is.
local function line_now()
  for level = 3, 40 do
    local line = select(2, pcall(error, "", level)):match "^lint%-target:(%d+):"
    if line then return tonumber(line) end
  end
end

local trace, finding

local function add(rule, line, text)
  if not finding[rule .. tostring(line)] then
    finding[rule .. tostring(line)] = true
    trace.findings[#trace.findings + 1] = { rule = rule, line = line or 1, text = text }
  end
end

local function touch(key, line)
  local path = writes.canonical(key)
  trace.touched[path] = trace.touched[path] or line or 1
end

-- ---- the modules, with an ear on them ----

local original = {}

local function watch_reads()
  for _, name in ipairs { "get", "raw", "exists", "keys", "values" } do
    original[name] = registry[name]
    registry[name] = function(key, ...)
      if type(key) == "string" then touch(key, line_now()) end
      return original[name](key, ...)
    end
  end
end

local function same(a, b)
  if type(a) ~= "table" or type(b) ~= "table" then return a == b end
  return table.concat(a, "\0") == table.concat(b, "\0")
end

local function note_write(write)
  local line = line_now()
  touch(write.key, line)
  write.line = line or 1
  trace.writes[#trace.writes + 1] = write
  writes.judge(write, function(rule, text) add(rule, line, text) end)
end

local function watch_writes()
  original.set, original.delete, original.create, original.delete_key = registry.set, registry.delete, registry.create,
    registry.delete_key
  registry.set = function(key, name, data, options)
    if type(key) == "string" and type(name) == "string" then
      local view = type(options) == "table" and options.view or nil
      touch(key, line_now())
      note_write { key = key, name = name, data = data, view = view, type = type(options) == "table" and options.type
        or nil, changes = not same((original.get(key, name, view)), data) }
    end
    return original.set(key, name, data, options)
  end
  registry.create = function(key, options)
    if type(key) == "string" then note_write { key = key } end
    return original.create(key, options)
  end
  registry.delete = function(key, name, options)
    if type(key) == "string" then note_write { key = key, name = name, deleted = true } end
    return original.delete(key, name, options)
  end
  registry.delete_key = function(key, options)
    if type(key) == "string" then
      note_write { key = key, deleted = true }
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
      trace.updates[options.kb] = trace.updates[options.kb] or line_now() or 1
    end
    return install(options)
  end
end

-- ---- what is left at the end ----

local function check_views(write)
  if type(write.data) == "table" or #registry.views(write.key) < 2 then return end
  local other = write.view == 32 and 64 or 32
  if original.get(write.key, write.name, other) ~= write.data
    and original.get(write.key, write.name, write.view) == write.data then
    add("one-view", write.line, ("%s is written for %d-bit programs only"):format(write.name, write.view or 64))
  end
end

-- Protocols that the runbook says that it may switch on: by a parameter's default, or in needs.legacy.
local function declares(runbook, name)
  local function has(value)
    if type(value) ~= "table" then return value == name end
    for _, item in pairs(value) do
      if has(item) then return true end
    end
    return false
  end
  return has(runbook.params or {}) or has(type(runbook.needs) == "table" and runbook.needs.legacy or {})
end

local LEGACY = { ["TLS 1.0"] = true, ["TLS 1.1"] = true, ["DTLS 1.0"] = true }

local function check_protocol(write, runbook)
  local name, role = write.key:match "\\[Pp]rotocols\\([^\\]+)\\(%a+)$"
  role = role and role:sub(1, 1):upper() .. role:sub(2):lower()
  if not name or role ~= "Client" and role ~= "Server" then return end
  local fine, set, effect = pcall(schannel.state, name:upper(), role)
  if not fine then return end
  local default = system.row and releases.default(system.row, name:upper(), role)
  local lower = write.name:lower()
  if set == "half" and default ~= "ns" then
    add("half-set", write.line, ("%s\\%s is left half set"):format(name, role))
  end
  if lower == "enabled" and write.data == 0 and effect == "off" then
    local other = role == "Client" and "Server" or "Client"
    local _, opposite = schannel.state(name:upper(), other)
    if opposite == "on" or opposite == "request" then
      add("one-role", write.line, ("%s is switched off as %s, and stays as %s"):format(name, role:lower(),
        other:lower()))
    end
  end
  local on = write.data == (lower == "enabled" and 1 or 0)
  if LEGACY[name:upper()] and on and effect == "on" and default ~= "on" and not declares(runbook, name:upper()) then
    add("legacy-on", write.line, ("%s is switched on as %s"):format(name, role:lower()))
  end
  if name:upper() == "TLS 1.3" and default == "ns" and on then
    add("tls13-early", write.line, "TLS 1.3 is switched on where Windows has none")
  end
end

local function check_end(runbook)
  for _, write in ipairs(trace.writes) do
    local key = writes.canonical(write.key)
    if write.name and not write.deleted then
      check_views(write)
      check_protocol(write, runbook)
    end
    if trace.deleted[key] and not write.deleted then
      add("key-recreated", write.line, write.key .. " is deleted and made again")
    end
  end
end

-- ---- the run ----

local function load_runbook(text)
  local runbook = assert(load(text, "@" .. CHUNK))()
  if type(runbook) ~= "table" then error("the file must return a table", 0) end
  return runbook
end

local function defaults(runbook)
  local params = {}
  for name, param in pairs(type(runbook.params) == "table" and runbook.params or {}) do
    if type(param) == "table" then params[name] = param.default end
  end
  return params
end

-- Calls a function of the runbook; what it fails with, and where, becomes the trace's error.
local function attempt(fn, argument)
  local line
  local fine, result = xpcall(fn, function(reason)
    line = line_now()
    return reason
  end, argument)
  if fine then return true, result end
  local text = tostring(result)
  trace.error = { line = line or tonumber(text:match "^lint%-target:(%d+):") or 1,
    text = (text:gsub("^lint%-target:%d+: ", "")) }
  return false
end

-- Proposals of a second run: the line of the first.
local function again(runbook)
  local before = #trace.writes
  if not pcall(runbook.run, defaults(runbook)) then return end
  for index = before + 1, #trace.writes do
    local write = trace.writes[index]
    if write.changes then
      add("not-converging", write.line, ("a second run sets %s again"):format(write.name))
      return
    end
  end
end

local function texts(list)
  local result = {}
  for _, text in ipairs(type(list) == "table" and list or {}) do
    if type(text) == "string" then result[#result + 1] = text end
  end
  return result
end

-- Runs a text. The answer: findings, touched keys, updates, the declared header as far as lint asks for it, error.
function record.run(about)
  trace = { findings = {}, touched = {}, writes = {}, updates = {}, deleted = {}, machine = about.machine }
  finding = {}
  local _, runbook = attempt(load_runbook, about.text)
  if not runbook then return { findings = {}, error = trace.error, machine = about.machine } end
  watch_reads()
  watch_writes()
  watch_updates()
  local applies = true
  if type(runbook.applies) == "function" then
    local _, answer = attempt(runbook.applies, system)
    applies = answer
  end
  if applies and type(runbook.run) == "function" then
    local fine = attempt(runbook.run, defaults(runbook))
    check_end(runbook)
    if fine then again(runbook) end
  end
  local needs = type(runbook.needs) == "table" and runbook.needs or {}
  local result = { needs = { registry = texts(needs.registry), updates = texts(needs.updates) },
    findings = trace.findings, machine = about.machine, error = trace.error, applies = applies and true,
    touched = {}, updates = {} }
  for key, line in pairs(trace.touched) do result.touched[#result.touched + 1] = { key = key, line = line } end
  for kb, line in pairs(trace.updates) do result.updates[#result.updates + 1] = { kb = kb, line = line } end
  return result
end

return record
