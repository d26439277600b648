-- What a run of a runbook leaves behind: one view or one role only, a pair that is half set, old protocols.

local protocols = require "tls.protocols"
local registry = require "registry"
local releases = require "windows.releases"
local schannel = require "tls.schannel"
local system = require "system"
local writes = require "lint.writes"

local left = {}

local function check_views(write, get, add)
  if type(write.data) == "table" or #registry.views(write.key) < 2 then return end
  local other = write.view == 32 and 64 or 32
  if get(write.key, write.name, other) ~= write.data
    and get(write.key, write.name, write.view) == write.data then
    add("one-view", write.line, ("%s is written for %d-bit programs only"):format(write.name, write.view or 64))
  end
end

local function has(value, name)
  if type(value) ~= "table" then return value == name end
  for _, item in pairs(value) do
    if has(item, name) then return true end
  end
  return false
end

-- Whether the runbook says that it may do that to a protocol: in a list of its needs, "legacy" or "off".
local function says(runbook, list, name)
  return has(type(runbook.needs) == "table" and runbook.needs[list] or {}, name)
end

local function check_switched(write, runbook, default, name, role, effect, add)
  local value = write.name:lower()
  if value ~= "enabled" and value ~= "disabledbydefault" then return end
  local on = (write.data ~= 0) == (value == "enabled")
  local era = protocols.era(name)
  if era == "legacy" and on and effect == "on" and default ~= "on" and not says(runbook, "legacy", name)
    and not has(runbook.params or {}, name) then
    add("legacy-on", write.line, ("%s is switched on as %s"):format(name, role:lower()))
  end
  if name == "TLS 1.3" and default == "ns" and on then
    add("tls13-early", write.line, "TLS 1.3 is switched on where Windows has none")
  end
  if era == "modern" and not on and (effect == "off" or effect == "request") and not says(runbook, "off", name) then
    add("secure-off", write.line, ("%s is switched off as %s"):format(name, role:lower()))
  end
end

local function check_protocol(write, runbook, add)
  local name, role = write.key:match "\\[Pp]rotocols\\([^\\]+)\\(%a+)$"
  role = role and role:sub(1, 1):upper() .. role:sub(2):lower()
  if not name or role ~= "Client" and role ~= "Server" then return end
  name = name:upper()
  local fine, set, effect = pcall(schannel.state, name, role)
  if not fine then return end
  local default = system.row and releases.default(system.row, name, role)
  local lower = write.name:lower()
  if set == "half" and default ~= "ns" then
    add("half-set", write.line, ("%s\\%s is left half set"):format(name, role))
  end
  if lower == "enabled" and write.data == 0 and effect == "off" and not says(runbook, "off", name) then
    local other = role == "Client" and "Server" or "Client"
    local _, opposite = schannel.state(name, other)
    if opposite == "on" or opposite == "request" then
      add("one-role", write.line, ("%s is switched off as %s, and stays as %s"):format(name, role:lower(),
        other:lower()))
    end
  end
  check_switched(write, runbook, default, name, role, effect, add)
end

-- `trace` is what record noted; `get` reads the machine as the run has left it.
function left.check(trace, runbook, get, add)
  for _, write in ipairs(trace.writes) do
    local key = writes.canonical(write.key)
    if write.name and not write.deleted then
      check_views(write, get, add)
      check_protocol(write, runbook, add)
    end
    if trace.deleted[key] and not write.deleted then
      add("key-recreated", write.line, write.key .. " is deleted and made again")
    end
  end
end

return left
