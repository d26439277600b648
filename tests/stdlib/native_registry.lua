-- The registry of a machine in memory: keys with their values, two views, the guard of `needs`. Adds its functions to
-- the machine of native.lua.

return function(native)

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

-- The text of a built-in snapshot; only what machines.builtin writes is understood.
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

-- The guard: while a runbook runs, only what it declares.
function native:inside(path, writes)
  if not self.needs then return end
  for _, field in ipairs(writes and { "registry" } or { "registry", "reads" }) do
    for _, tree in ipairs(self.needs[field] or {}) do
      local every = tree:find("HKU\\*\\", 1, true) == 1
      if every and path == "HKU" then return end
      local known = every and path:gsub("^HKU\\[^\\]+", "HKU\\*") or path
      local start = known:sub(1, #tree):lower()
      if start == tree:lower() and (#known == #tree or known:sub(#tree + 1, #tree + 1) == "\\") then return end
    end
  end
  error(("%s: not in needs.%s"):format(path, writes and "registry" or "reads"), 0)
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
    self:inside(path, true)
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
  function registry.users() return registry.keys "HKU" end
  function registry.unknown(path) -- it holds every branch but those of `missing`
    for _, branch in ipairs(self.missing) do
      if (path .. "\\"):find(branch .. "\\", 1, true) == 1 then return branch end
    end
  end
  function registry.views(path)
    if not self.sixtyfour then return { 32 } end
    local upper = path:upper()
    local shared = upper:find "^HKLM\\SOFTWARE\\POLICIES" or upper:find "CURRENTVERSION\\PROFILELIST"
    return upper:find "^HKLM\\SOFTWARE" and not shared and { 64, 32 } or { 64 }
  end
  return registry
end

end
