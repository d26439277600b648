-- A machine in memory that stands in for the native modules: registry with two views, facts, packages, pending updates.
-- It proposes nothing: what is written is there at once, and an update is complete after the next barrier. The words
-- and shapes are those of stdlib/meta. Everything that a runbook did is in `changes`, `findings`, `unknowns`, `lines`.

local native = { probe = require "servers" }
native.__index = native

local FACTS = "HKLM\\SOFTWARE\\tlsmend\\Facts"
local PACKAGES = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\Packages"
local CURRENT = "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"
local CONTROL = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\"

require("native_registry")(native)

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

-- CurrentState to its name and meaning, and the order of meanings, from the host's own tables.
local states, ranks, count = {}, {}, 0
for line in io.lines "host/machine/update/cbs.h" do
  local number, name, meaning = line:match '^  X%([A-Z_]+, (0x%x+), "([a-z ]+)", ([A-Z]+)%)'
  if number then states[tonumber(number)] = { name, meaning:lower() } end
  local ranked = line:match '^  X%([A-Z]+, "([a-z]+)"%)'
  if ranked then ranks[ranked], count = count, count + 1 end
end
assert(states[0x60] and states[0x80] and ranks.installed == 6, "cbs.h has no table of states")

function native:hotfix()
  local hotfix = {}
  function hotfix.packages(kb)
    if not self:key(PACKAGES) then return nil end
    local list = {}
    for _, name in ipairs(self:children(PACKAGES)) do
      local token = name:match "^Package_for_(%w+)[_~]" or name:match "^Package_%d+_for_(%w+)[_~]"
      local state = self:get(PACKAGES .. "\\" .. name, "CurrentState")
      if token == kb and state then
        local known = states[state] or { "unknown", "broken" }
        list[#list + 1] = { name = name, state = state, state_name = known[1], meaning = known[2],
          rank = ranks[known[2]] }
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
  hotfix.file_fact = hotfix.file_version
  function hotfix.winner(component, view)
    local winners = self.winners and self.winners[view or (self.sixtyfour and 64 or 32)]
    return winners and winners[component] or nil
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
  function update.bundled() return self.bundled or {} end
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
  function lfs.names(folder)
    if not self.folders[folder] then return nil, "cannot open " .. folder end
    return self.folders[folder]
  end
  return lfs
end

function native:log()
  local function line(text) table.insert(self.lines, text) end
  local function refuse(text) error(text, 0) end
  return { info = line, warn = line, debug = line, refuse = refuse,
    finding = function(text) table.insert(self.findings, text) end,
    unknown = function(text) table.insert(self.unknowns, text) end }
end

-- A machine from the name of a built-in one, with its own `require`: modules are loaded afresh for each machine.
function native.machine(name)
  local self = setmetatable({ keys = {}, changes = {}, findings = {}, unknowns = {}, lines = {}, installing = {},
    phase = 0, servers = {}, folders = {}, packages = {}, loaded = {}, missing = {} }, native)
  self:load(assert(require "machines.builtin".text(name), "no built-in machine " .. name))
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
  for name, row in pairs(runbook.params or {}) do used[name] = row.default end
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
