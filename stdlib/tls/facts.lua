-- What a machine holds that decides a handshake of Schannel: values as they stand, without any judgement, in one plain
-- table. tls.handshake makes of it what happens on the wire, and needs no machine for that.
--
-- A value is nil (absent), an integer (REG_DWORD), a string (REG_SZ), a list of strings (REG_MULTI_SZ), { malformed =
-- "REG_BINARY" } (any other type, or data that is not what its type promises), or { unknown = branch } where a file
-- lacks the branch in which it would stand (registry.unknown).

local algorithms = require "tls.algorithms"
local fips = require "tls.fips"
local hotfix = require "hotfix"
local registry = require "registry"
local schannel = require "tls.schannel"
local suites = require "tls.suites"
local system = require "system"

local facts = {}

-- What a runbook must be allowed to read for it.
facts.READS = { algorithms.KEY, suites.POLICY, suites.LOCAL, fips.KEY }

local PLAIN = { REG_DWORD = "number", REG_SZ = "string", REG_MULTI_SZ = "table" }

-- One value.
function facts.value(key, name, view)
  local data, kind = registry.get(key, name, view)
  if kind then
    if type(data) == PLAIN[kind] then return data end
    return { malformed = kind }
  end
  local branch = registry.unknown(key, view)
  return branch and { unknown = branch } or nil
end

local function protocols(versions)
  local result = {}
  for _, name in ipairs(schannel.PROTOCOLS) do result[name] = { Client = {}, Server = {} } end
  for _, name in ipairs(versions or schannel.PROTOCOLS) do
    for _, role in ipairs(schannel.ROLES) do
      local path = schannel.path(name, role)
      result[name][role] = { Enabled = facts.value(path, "Enabled"),
        DisabledByDefault = facts.value(path, "DisabledByDefault") }
    end
  end
  return result
end

-- The switches of algorithms whose keys are there; where the branch is missing, each is unknown.
local function switches()
  local result, branch = {}, registry.unknown(algorithms.KEY)
  for family, names in pairs(algorithms.FAMILIES) do
    local there = {}
    for _, name in ipairs(registry.keys(algorithms.KEY .. "\\" .. family) or {}) do there[name:lower()] = true end
    result[family] = {}
    for _, name in ipairs((branch or next(there)) and names or {}) do
      if there[name:lower()] then
        result[family][name] = facts.value(algorithms.path(family, name), "Enabled")
      elseif branch then
        result[family][name] = { unknown = branch }
      end
    end
  end
  return result
end

local function sizes()
  local result = {}
  for name, values in pairs(algorithms.SIZES) do
    result[name] = {}
    local path = algorithms.path("KeyExchangeAlgorithms", name)
    for value in pairs(values) do result[name][value] = facts.value(path, value) end
  end
  return result
end

-- The updates that change what Schannel of a release does by itself, by NT version.
facts.UPDATES = {
  ["6.0"] = { "KB4019276" },
  ["6.1"] = { "KB3042058", "KB3161639" },
  ["6.2"] = { "KB3042058" },
  ["6.3"] = { "KB2919355", "KB3042058", "KB3161639" },
}

-- Of each of them whether it is there: true, false or "unknown".
function facts.updates(after_restart)
  local result = {}
  for _, kb in ipairs(facts.UPDATES[tostring(system.nt)] or {}) do
    local there = hotfix.examine(kb)
    if there == nil then there = "unknown" end
    if after_restart and there ~= true and hotfix.pending(kb) then there = true end
    result[kb] = there
  end
  return result
end

-- Everything. after_restart: as it will be when updates that wait for a restart have been completed. versions: a list,
-- where only these are asked about: nothing is read of the others, nor of the sizes of keys and the updates.
function facts.read(options)
  local row, after_restart, versions = system.row, options and options.after_restart, options and options.versions
  return { release = row and row.id, exact = system.exact or false, nt = tostring(system.nt), build = system.build,
    revision = system.revision, server = system.server, updates = not versions and facts.updates(after_restart) or nil,
    protocols = protocols(versions), algorithms = switches(), sizes = versions and {} or sizes(),
    order = { policy = facts.value(suites.POLICY, "Functions"), ["local"] = facts.value(suites.LOCAL, "Functions") },
    curves = { policy = facts.value(suites.POLICY, "EccCurves"),
      ["local"] = facts.value(suites.LOCAL, "EccCurves") },
    fips = { Enabled = facts.value(fips.KEY, "Enabled"), MDMEnabled = facts.value(fips.KEY, "MDMEnabled") },
    minimum = { Client = facts.value(suites.POLICY, "OverrideMinimumEnabledTLSVersionClient"),
      Server = facts.value(suites.POLICY, "OverrideMinimumEnabledTLSVersionServer") } }
end

-- Whether everything but the switches of versions is as Windows itself has it, on a Windows that is in a table. Then
-- each version from TLS 1.2 on that is on has a suite of today, in every patch state.
function facts.is_plain(held)
  if not held.exact or not held.release then return false end
  for _, part in ipairs { held.order, held.curves, held.fips, held.minimum, held.algorithms.Ciphers,
    held.algorithms.Hashes, held.algorithms.KeyExchangeAlgorithms } do
    if next(part) ~= nil then return false end
  end
  return true
end

return facts
