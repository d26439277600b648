-- A machine in memory that stands in for the native modules: registry with two views, facts, packages, pending updates.
-- It proposes nothing: what is written is there at once, and an update is complete after the next barrier. The words
-- and shapes are those of stdlib/meta. Everything that a runbook did is in `changes`, `findings`, `unknowns`, `lines`.

local native = { probe = require "servers" }
native.__index = native

local FACTS = "HKLM\\SOFTWARE\\tlsmend\\Facts"
local PACKAGES = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\Packages"
local CURRENT = "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"
local CONTROL = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\"

-- ---- registry ----

function native:physical(path, view)
  path = path:gsub("^HKEY_LOCAL_MACHINE", "HKLM"):gsub("^HKEY_USERS", "HKU")
  assert(not path:lower():find "wow6432node", "Wow6432Node spelled out: " .. path)
  if view == 32 and self.sixtyfour then
    path = path:gsub("^HKLM\\SOFTWARE\\", "HKLM\\SOFTWARE\\Wow6432Node\\", 1)
  end
  return path
end

function native:key(path, make)
  local key = self.keys[path:lower()]
  if not key and make then
    key = { path = path, values = {} }
    self.keys[path:lower()] = key
    local parent = path:match "^(.*)\\[^\\]+$"
    if parent then self:key(parent, true) end
  end
  return key
end

function native:put(path, name, data, kind, view)
  local key = self:key(self:physical(path, view), true)
  key.values[name:lower()] = { name = name, data = data,
    type = kind or math.type(data) == "integer" and "REG_DWORD" or type(data) == "table" and "REG_MULTI_SZ"
      or "REG_SZ" }
end

function native:get(path, name, view)
  local key = self:key(self:physical(path, view))
  local value = key and key.values[name:lower()]
  if value then return value.data, value.type end
end

function native:children(path, view)
  local prefix = self:physical(path, view):lower() .. "\\"
  local names = {}
  for lower, key in pairs(self.keys) do
    local rest = lower:sub(1, #prefix) == prefix and key.path:sub(#prefix + 1)
    if rest and not rest:find "\\" then names[#names + 1] = rest end
  end
  table.sort(names)
  return names
end

-- The text of a built-in snapshot; only what machines.lua writes is understood.
function native:load(text)
  local path
  for line in text:gmatch "[^\r\n]+" do
    local key = line:match "^%[(.*)%]$"
    local name, rest = line:match '^"(.-)"=(.*)$'
    if key then
      path = key:gsub("^HKEY_LOCAL_MACHINE", "HKLM"):gsub("^HKEY_USERS", "HKU")
      self:key(path, true)
    elseif name then
      local number, string = rest:match "^dword:(%x+)$", rest:match '^"(.*)"$'
      local value = number and tonumber(number, 16) or string:gsub("\\(.)", "%1")
      name = name:gsub("\\(.)", "%1")
      self.keys[path:lower()].values[name:lower()] =
        { name = name, data = value, type = number and "REG_DWORD" or "REG_SZ" }
    end
  end
end

-- ---- native modules ----

-- The fence: while a runbook runs, only what it declares.
function native:inside(path)
  if not self.needs then return end
  for _, tree in ipairs(self.needs.registry or {}) do
    local start = path:sub(1, #tree):lower()
    if start == tree:lower() and (#path == #tree or path:sub(#tree + 1, #tree + 1) == "\\") then return end
  end
  error(path .. ": not in needs.registry", 0)
end

function native:registry()
  local registry = {}
  function registry.get(path, name, view)
    self:inside(path)
    return self:get(path, name, view)
  end
  function registry.exists(path, view) return self:key(self:physical(path, view)) ~= nil end
  function registry.set(path, name, data, options)
    options = options or {}
    self:inside(path)
    local now, kind = self:get(path, name, options.view)
    if now == data and kind == (options.type or "REG_DWORD") then return end
    self.changes[#self.changes + 1] = { kind = "value-set", key = path, name = name, before = now, after = data,
      view = options.view, why = options.why or "", phase = self.phase }
    self:put(path, name, data, options.type, options.view)
  end
  local function listed(names) -- nil where the key is not there
    return function(path, view)
      self:inside(path)
      local key = self:key(self:physical(path, view))
      return key and names(path, view, key)
    end
  end
  registry.keys = listed(function(path, view) return self:children(path, view) end)
  registry.values = listed(function(_, _, key)
    local list = {}
    for _, value in pairs(key.values) do list[#list + 1] = value.name end
    table.sort(list)
    return list
  end)
  function registry.views(path)
    if not self.sixtyfour then return { 32 } end
    local upper = path:upper()
    local shared = upper:find "^HKLM\\SOFTWARE\\POLICIES" or upper:find "CURRENTVERSION\\PROFILELIST"
    return upper:find "^HKLM\\SOFTWARE" and not shared and { 64, 32 } or { 64 }
  end
  return registry
end

function native:system()
  local function text(key, name) return (self:get(key, name)) end
  local major, minor = text(CURRENT, "CurrentMajorVersionNumber"), text(CURRENT, "CurrentMinorVersionNumber")
  if not major then major, minor = text(CURRENT, "CurrentVersion"):match "^(%d+)%.(%d+)$" end
  local kind = ({ WinNT = "workstation", ServerNT = "server", LanmanNT = "domain-controller" })[
    text(CONTROL .. "ProductOptions", "ProductType") or ""]
  return { major = tonumber(major), minor = tonumber(minor), build = tonumber(text(CURRENT, "CurrentBuildNumber")),
    revision = text(CURRENT, "UBR"), product_type = kind, server = kind and kind ~= "workstation",
    architecture = self.architecture,
    bits = self.sixtyfour and 64 or 32, edition = text(CURRENT, "EditionID"), product = text(CURRENT, "ProductName"),
    service_pack = tonumber((text(CURRENT, "CSDVersion") or ""):match "%d+") or 0,
    release = text(CURRENT, "DisplayVersion") or text(CURRENT, "ReleaseId") }
end

function native:hotfix()
  local hotfix = {}
  function hotfix.packages(kb)
    if not self:key(PACKAGES) then return nil end
    local list = {}
    for _, name in ipairs(self:children(PACKAGES)) do
      local token = name:match "^Package_for_(%w+)[_~]" or name:match "^Package_%d+_for_(%w+)[_~]"
      local state = self:get(PACKAGES .. "\\" .. name, "CurrentState")
      if token == kb and state then
        list[#list + 1] = { name = name, state = state }
      end
    end
    return list
  end
  function hotfix.listed(kb)
    if not self:key(FACTS .. "\\Hotfixes") then return nil end
    return self:get(FACTS .. "\\Hotfixes", kb) ~= nil
  end
  function hotfix.file_version(path, view)
    local folder = ("%s\\Files\\%d"):format(FACTS, view or (self.sixtyfour and 64 or 32))
    if not self:key(folder) then return nil end
    return (self:get(folder, path)) or false
  end
  function hotfix.unknown(text) self.unknowns[#self.unknowns + 1] = text end
  return hotfix
end

function native:update()
  local update = {}
  function update.propose(change)
    for _, kb in ipairs(self.needs and self.needs.updates or { change.kb }) do
      if kb == change.kb then change.declared = true end
    end
    assert(change.declared, change.kb .. ": not in needs.updates")
    change.kind, change.phase = "update-install", self.phase
    self.changes[#self.changes + 1] = change
    if change.package then self:put(PACKAGES .. "\\" .. change.package, "CurrentState", 0x60) end
    self.installing[#self.installing + 1] = change
  end
  function update.refuse(text) error(text, 0) end
  function update.sha256() return ("0"):rep(64) end
  return update
end

function native:restart()
  self.phase = self.phase + 1
  for _, change in ipairs(self.installing) do
    if change.package then self:put(PACKAGES .. "\\" .. change.package, "CurrentState", 0x70) end
    for _, file in ipairs(change.files) do
      self:put(("%s\\Files\\%d"):format(FACTS, file.view), file.path, file.after)
    end
    self:put(FACTS .. "\\Hotfixes", change.kb, "installed")
  end
  self.installing = {}
end

function native:reboot()
  return {
    fact = function(path, name, view)
      if not name then return self:key(self:physical(path, view)) ~= nil end
      return self:get(path, name, view)
    end,
    fact_keys = function(path, view)
      if not self:key(self:physical(path, view)) then return nil end
      return self:children(path, view)
    end,
    barrier = function(why)
      self.changes[#self.changes + 1] = { kind = "reboot", why = why, phase = self.phase }
      self:restart()
    end,
  }
end

function native:files()
  local lfs = {}
  function lfs.attributes(path) return self.folders[path] and "directory" or self.packages[path] and "file" end
  function lfs.dir(folder)
    local list = assert(self.folders[folder], "cannot open " .. folder)
    local index = 0
    return function() index = index + 1 return list[index] end
  end
  return lfs
end

function native:log()
  local function line(text) table.insert(self.lines, text) end
  local function refuse(text) error(text, 0) end
  return { info = line, warn = line, debug = line, refuse = refuse, finding = function(text) table.insert(self.findings, text) end }
end

-- ---- a machine ----

-- A machine from the name of a built-in one, with its own `require`: modules are loaded afresh for each machine.
function native.machine(name)
  local self = setmetatable({ keys = {}, changes = {}, findings = {}, unknowns = {}, lines = {}, installing = {},
    phase = 0, servers = {}, folders = {}, packages = {}, loaded = {} }, native)
  self:load(assert(require "windows.machines".text(name), "no built-in machine " .. name))
  self.architecture = self:get(FACTS, "Architecture")
  self.sixtyfour = self.architecture ~= "x86"
  return self
end

-- Native modules, and whether each has a Lua half.
local HALVES = { registry = false, log = false, system = true, hotfix = true, update = true, reboot = true,
  files = true, probe = true }

function native:environment()
  return setmetatable({ require = function(name) return self:require(name) end }, { __index = _G })
end

function native:require(name)
  if self.loaded[name] == nil then
    local environment = self:environment()
    local path = ("stdlib/%s.lua"):format((name:gsub("%.", "/")))
    if HALVES[name] == false then
      self.loaded[name] = native[name](self)
    else
      local chunk = assert(loadfile(path, "t", environment))
      self.loaded[name] = chunk(name, HALVES[name] and native[name](self))
    end
  end
  return self.loaded[name]
end

-- Forgets modules, which remember facts.
function native:forget() self.loaded = {} end

-- Runs a runbook as the host does. Answers whether it applies, and the reason.
function native:run(id, params)
  self:forget()
  local environment = self:environment()
  local runbook = assert(loadfile(("runbooks/%s.lua"):format(id), "t", environment))()
  local used = {}
  for name, row in pairs(runbook.params) do used[name] = row.default end
  for name, value in pairs(params or {}) do used[name] = value end
  self.changes, self.findings, self.unknowns, self.lines, self.phase = {}, {}, {}, {}, 0
  self.needs = runbook.needs
  local applies, reason = true, nil
  if runbook.applies then applies, reason = runbook.applies(self:require "system") end
  if applies then runbook.run(used) end
  self.verify = function() return runbook.verify(used) end
  return applies, reason
end

return native
