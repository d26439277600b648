-- What deserves attention in the switches of Schannel: names and values that count for nothing, what is unsafe, what is
-- weak. Lists of { text, key }; changes nothing. tls.schannel and tls.algorithms own the keys and say what they mean;
-- this is loaded where there is something to look at.

local algorithms = require "tls.algorithms"
local below = require "windows.below"
local dword = require "windows.dword"
local protocols = require "tls.protocols"
local registry = require "registry"
local schannel = require "tls.schannel"
local spelling = require "windows.spelling"
local system = require "system"

local findings = {}

local function add(list, key, format, ...)
  list[#list + 1] = { key = key, text = "Schannel: " .. format:format(...) }
end

-- Values that nobody reads: all of them on the version key itself, and wrong names in the key of a role.
local function find_values(list, protocol, role)
  local key = schannel.KEY .. "\\" .. protocol .. (role and "\\" .. role or "")
  for _, name in ipairs(registry.values(key) or {}) do
    local right = spelling.meant(schannel.VALUES, name)
    if not role and right then
      add(list, key, "%s on the key %s itself counts for nothing; it belongs into %s\\Client and %s\\Server",
        spelling.shown(name), protocol, protocol, protocol)
    elseif role and name ~= "" and (right or ""):lower() ~= name:lower() then
      add(list, key, "the value %s of %s\\%s counts for nothing%s", spelling.shown(name), protocol, role,
        right and ("; %s was meant"):format(right) or "")
    end
  end
end

-- What the values of a role come to, where that deserves attention.
local function find_role(list, protocol, role)
  local key = schannel.path(protocol, role)
  local set, effect = schannel.state(protocol, role)
  if set == "malformed" then
    add(list, key, "%s\\%s holds a value that is no REG_DWORD", protocol, role)
  elseif protocols.era(protocol) == "ssl" and set == "on" then
    add(list, key, "%s\\%s is switched on by its values, and nobody should speak it any more", protocol, role)
  elseif protocol == "TLS 1.3" and effect == "unsupported" and set ~= "default" then
    local enabled, disabled = dword.get(key, "Enabled"), dword.get(key, "DisabledByDefault")
    if enabled and enabled ~= 0 or not enabled and disabled == 0 then
      add(list, key, "TLS 1.3\\%s is switched on and %s has no TLS 1.3; Microsoft calls that unsafe (PROT): remove " ..
        "the key TLS 1.3", role, system.name)
    end
  end
end

local function find_protocol(list, stored, protocol)
  find_values(list, stored)
  local roles = spelling.by_lower(schannel.ROLES)
  for _, name in ipairs(registry.keys(schannel.KEY .. "\\" .. stored) or {}) do
    local role = roles[name:lower()]
    if role then
      find_values(list, protocol, role)
      find_role(list, protocol, role)
    else
      local meant = spelling.meant(schannel.ROLES, name)
      add(list, schannel.KEY .. "\\" .. stored, "the key %s below %s is no role and counts for nothing%s",
        spelling.shown(name), protocol, meant and ("; %s was meant"):format(meant) or "; roles are Client and Server")
    end
  end
end

-- What deserves attention: names that are no protocol, role or value, values on a version key or of a wrong type, SSL
-- that is on, TLS 1.3 where there is none. { text, key } each; changes nothing.
function findings.schannel()
  local list, historical = {}, spelling.by_lower(protocols.HISTORICAL)
  local known = spelling.by_lower(protocols.NAMES)
  for _, name in ipairs(registry.keys(schannel.KEY) or {}) do
    local protocol = known[name:lower()]
    if protocol then
      find_protocol(list, name, protocol)
    elseif not historical[name:lower()] then
      local meant = spelling.meant(protocols.NAMES, name)
      add(list, schannel.KEY .. "\\" .. name, "the key %s is no protocol and counts for nothing; %s",
        spelling.shown(name), meant and ("%s was meant"):format(meant) or "names are like TLS 1.2")
    end
  end
  return list
end

-- Names of a family by their lower case.
local function known(family) return spelling.by_lower(algorithms.FAMILIES[family]) end

-- "RC4 128" with a key "128" below: made by tools that take the slash for a separator. It counts for nothing.
local function find_stray(list, family, name, key)
  local path = below(algorithms.KEY .. "\\" .. family, name)
  local children = path and registry.keys(path) or {}
  for _, child in ipairs(children) do
    local meant = known(family)[(name .. "/" .. child):lower()] or algorithms.FORMER[name .. "/" .. child]
    add(list, key, "%s\\%s has a key %s below it and counts for nothing%s", family, spelling.shown(name),
      spelling.shown(child), meant and ("; \"%s\" was meant, one key with a slash in its name"):format(meant) or "")
  end
  return #children > 0
end

local function find_unknown(list, family, name, key)
  local meant = spelling.meant(algorithms.FAMILIES[family], name)
  add(list, key, "%s\\%s is no name of an algorithm and counts for nothing%s", family, spelling.shown(name),
    algorithms.FORMER[name] and ("; from Vista on it is %s"):format(algorithms.FORMER[name]) or
    meant and ("; \"%s\" was meant"):format(meant) or "")
end

local function find_state(list, family, name, key)
  local state = algorithms.state(family, name)
  if state == "malformed" then
    add(list, key, "Enabled of %s\\%s is no REG_DWORD", family, name)
  elseif state == "off" and not algorithms.is_weak(name) then
    add(list, key, "%s\\%s is switched off, so every cipher suite with it is gone; steer suites by their order " ..
      "instead", family, name)
  elseif state == "on" and algorithms.is_weak(name) then
    add(list, key, "%s\\%s is switched on and weak", family, name)
  end
  for _, value in ipairs(registry.values(key) or {}) do
    local sizes = family == "KeyExchangeAlgorithms" and algorithms.SIZES[name] or {}
    local right = spelling.meant({ "Enabled" }, value)
    if value ~= "" and value:lower() ~= "enabled" and sizes[value] == nil then
      add(list, key, "the value %s of %s\\%s counts for nothing%s", spelling.shown(value), family, name,
        right and ("; %s was meant"):format(right) or "")
    end
  end
end

-- Keys that are accepted and too short, and limits that shut out keys of today's length (2048).
local function find_size(list, name, value)
  local key, bits, from = algorithms.path("KeyExchangeAlgorithms", name), algorithms.size(name, value)
  local default = algorithms.default_size(name, value)
  if from == "malformed" then
    add(list, key, "%s of %s is no REG_DWORD", value, name)
  elseif from ~= "set" then
    return
  elseif default and bits < default then
    add(list, key, "%s of %s is %d: keys that short are accepted; without the value it is %d", value, name, bits,
      default)
  elseif value:find "^Client" and (default and bits > 2048 or not default and bits < 2048) then
    add(list, key, "%s of %s is %d: servers with keys of 2048 bits are not reached", value, name, bits)
  end
end

-- What deserves attention: keys and values that count for nothing, weak algorithms on, needed ones off, sizes.
-- { text, key } each; changes nothing.
function findings.algorithms()
  local list = {}
  for _, family in ipairs(algorithms.ORDER) do
    for _, name in ipairs(registry.keys(algorithms.KEY .. "\\" .. family) or {}) do
      local exact, key = known(family)[name:lower()], ("%s\\%s\\%s"):format(algorithms.KEY, family, name)
      if exact then
        find_state(list, family, exact, key)
      elseif not find_stray(list, family, name, key) then
        find_unknown(list, family, name, key)
      end
    end
  end
  for _, name in ipairs { "Diffie-Hellman", "PKCS" } do
    for _, value in ipairs { "ClientMinKeyBitLength", "ClientMaxKeyBitLength", "ServerMinKeyBitLength" } do
      if algorithms.SIZES[name][value] ~= nil then find_size(list, name, value) end
    end
  end
  return list
end

return findings
