-- The policy of `tlsmend test`: which machines there are, which packages stand in, what lowers a machine's security,
-- and whether a plan is what its author expects. Looks at plans as data (the JSON of `tlsmend plan`), asks no machine.

local machines = require "machines.builtin"
local protocols = require "tls.protocols"
local releases = require "windows.releases"
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

local WEAK_CIPHERS = { "^NULL", "^DES", "^RC2", "^RC4", "^Triple DES" }

local function add(list, rule, format, ...)
  list[#list + 1] = { rule = rule, text = format:format(...) }
end

-- A value of a plan as a number; nil if it is absent or no number.
local function number(value)
  return value and math.type(value.data) == "integer" and value.data or nil
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

local function protocol_lowered(change, row, allowed, meant, out)
  local name, role = change.key:match "\\SCHANNEL\\Protocols\\([^\\]+)\\(%a+)$"
  if not name then return end
  local default = row and releases.default(row, name, role) or "on"
  local enabled = change.name:lower() == "enabled"
  if not enabled and change.name:lower() ~= "disabledbydefault" then return end
  local absent = enabled and 1 or (default == "on" and 0 or 1)
  local function is_on(value) return (enabled and 1 or 0) == (value == 0 and 0 or 1) end
  local before, after = is_on(number(change.before) or absent), is_on(number(change.after) or absent)
  local era = protocols.era(name) or name == "PCT 1.0" and "ssl"
  if (era == "ssl" or era == "legacy") and after and not before and not allowed[name] then
    add(out, "legacy-on", "%s\\%s: %s switches on what was off; if that is meant, say so in needs.legacy or by a " ..
      "parameter that names it", name, role, change.name)
  elseif protocols.is_modern(name) and before and not after and not meant[name] then
    add(out, "secure-off", "%s\\%s: %s switches off what was on; if that is meant, say so in needs.off", name, role,
      change.name)
  end
end

local function bits_lowered(change, row, revision, allowed, out)
  if change.name ~= "DefaultSecureProtocols" and change.name ~= "SecureProtocols" then return end
  local explicit, after = number(change.before), number(change.after)
  local winhttp = change.name == "DefaultSecureProtocols" and row and releases.default_bits(row, revision)
  local before = explicit or winhttp or 0
  if not after then return end
  if after & protocols.ERAS.ssl & ~(explicit or 0) ~= 0 then
    add(out, "ssl-bit", "%s becomes 0x%X, which offers SSL", change.name, after)
  end
  for _, protocol in ipairs(protocols.LIST) do
    local added = protocol.era == "legacy" and protocol.bit and after & ~before & protocol.bit ~= 0
    if added and not allowed[protocol.name] then
      add(out, "legacy-on", "%s becomes 0x%X, which adds %s; if that is meant, say so in needs.legacy or by a " ..
        "parameter that names it", change.name, after, protocol.name)
    end
  end
  local secure = protocols.ERAS.modern
  if before & secure ~= 0 and after & secure == 0 then
    add(out, "secure-off", "%s becomes 0x%X, which takes TLS 1.2 away", change.name, after)
  end
end

local function rest_lowered(change, out)
  local before, after = number(change.before), number(change.after) or 0
  if change.name == "SchUseStrongCrypto" or change.name == "SystemDefaultTlsVersions" then
    if before and before ~= 0 and after == 0 then add(out, "secure-off", "%s becomes %d", change.name, after) end
  end
  local cipher = change.key:match "\\SCHANNEL\\Ciphers\\([^\\]+)$"
  for _, pattern in ipairs(cipher and change.name == "Enabled" and WEAK_CIPHERS or {}) do
    if cipher:find(pattern) and before == 0 and (number(change.after) or 1) ~= 0 then
      add(out, "legacy-on", "the cipher %s is switched on again", cipher)
    end
  end
end

-- What a plan lowers of a machine: no protocol before TLS 1.2 switched on, no SSL, no key recreated.
function policy.lowered(plan)
  local out, deleted, allowed, meant = {}, {}, declared(plan), set_of(plan.extra.off)
  local machine = plan.machine
  local server
  if machine.product_type then server = machine.product_type ~= "workstation" end
  local row = releases.of { nt = machine.nt, build = machine.build, server = server, edition = machine.edition }
  for _, change in ipairs(plan.changes) do
    local place = change.key and change.key:upper() .. tostring(change.view)
    if change.kind == "key-delete" then
      deleted[place] = true
    elseif change.kind == "key-create" and deleted[place] then
      add(out, "key-recreated", "%s is deleted and made again: whatever else stood there is lost", change.key)
    elseif change.name then
      protocol_lowered(change, row, allowed, meant, out)
      bits_lowered(change, row, machine.revision, allowed, out)
      rest_lowered(change, out)
    end
  end
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
