-- What is wrong with one write, by key, value and data alone. Used for what the text says and for what a run did.

local algorithms = require "tls.algorithms"
local protocols = require "tls.protocols"

local writes = {}

local function set_of(list)
  local result = {}
  for _, name in ipairs(list) do result[name:lower()] = true end
  return result
end

local OLD = set_of(protocols.HISTORICAL)
local ALGORITHMS = {}
for family, names in pairs(algorithms.FAMILIES) do ALGORITHMS[family:lower()] = set_of(names) end
local VALUES = set_of { "DefaultSecureProtocols", "SecureProtocols", "SchUseStrongCrypto", "SystemDefaultTlsVersions",
  "DisabledByDefault" }
local FULL = algorithms.ON

-- HKLM\... in lower case, whatever the root's spelling.
function writes.canonical(key)
  local path = key:lower():gsub("^hkey_local_machine", "hklm"):gsub("^hkey_current_user", "hkcu")
    :gsub("^hkey_users", "hku"):gsub("\\+$", "")
  return path
end

local function hex(number) return number > 9 and ("0x%X"):format(number) or tostring(number) end

local function written(write) return ("%s is written as %s"):format(write.name, hex(write.data)) end

-- Whether a number is written; what is none is a finding.
local function is_dword(write, add)
  local good = math.type(write.data) == "integer" and (write.type == nil or write.type == "REG_DWORD")
  if not good then add("value-type", ("%s is written as %s"):format(write.name, write.type or type(write.data))) end
  return good
end

local function judge_protocol(path, write, add)
  local name, role = path:match "\\schannel\\protocols\\([^\\]+)\\?([^\\]*)"
  if not name then return end
  if OLD[name] then return add("old-key", ("%s is a key of Windows 2003"):format(name)) end
  if name:find "%d,%d" then return add("protocol-name", ("the key %s is spelled with a comma"):format(name)) end
  local era = protocols.era(name:upper())
  if not era then return add("unknown-protocol", ("%s is no protocol of Schannel"):format(name)) end
  local value = write.name and write.name:lower()
  if value ~= "enabled" and value ~= "disabledbydefault" then return end
  if role ~= "client" and role ~= "server" then
    return add("version-key", ("%s is written on the key %s itself"):format(write.name, name:upper()))
  end
  if not is_dword(write, add) then return end
  if write.data ~= 0 and write.data ~= 1 then
    add("enabled-number", ("%s of a protocol is written as %s"):format(write.name, hex(write.data)))
  end
  local switches_on = (value == "enabled") == (write.data ~= 0)
  if switches_on and era == "ssl" then add("ssl-on", ("%s is switched on"):format(name:upper())) end
end

local function judge_algorithm(path, write, add)
  local family, name = path:match "\\schannel\\(%a+)\\([^\\]+)$"
  local known = family and ALGORITHMS[family]
  if not known then return end
  if name == "triple des 168/168" then return add("old-cipher-name", "the key is Triple DES 168/168") end
  if not known[name] then return add("unknown-algorithm", ("%s is not one of the %s"):format(name, family)) end
  if not write.name or write.name:lower() ~= "enabled" then return end
  if not is_dword(write, add) then return end
  if write.data & FULL ~= 0 and write.data & FULL ~= FULL then
    add("enabled-number", ("Enabled of the %s is written as %s; on is 0xFFFFFFFF"):format(family, hex(write.data)))
  end
end

local function judge_bits(write, add)
  local name = write.name and write.name:lower()
  if name ~= "defaultsecureprotocols" and name ~= "secureprotocols" then return end
  if not is_dword(write, add) then return end
  if write.data & protocols.ERAS.ssl ~= 0 then add("ssl-bit", written(write)) end
  if write.data == 0 or write.data & ~protocols.ALL ~= 0 then add("unknown-bits", written(write)) end
end

local function judge_dotnet(path, write, add)
  local name = write.name and write.name:lower()
  if name ~= "schusestrongcrypto" and name ~= "systemdefaulttlsversions" then return end
  if not path:find "\\%.netframework" then return end
  if not is_dword(write, add) then return end
  if write.data ~= 1 then add("dotnet-number", written(write)) end
end

local function judge_suites(path, write, add)
  if not write.name or write.name:lower() ~= "functions" or not path:find "\\ssl\\00010002$" then return end
  local kind = write.type or (type(write.data) == "table" and "REG_MULTI_SZ" or "REG_SZ")
  local wanted = path:find "\\policies\\" and "REG_SZ" or "REG_MULTI_SZ"
  if kind ~= wanted then add("suites-type", ("Functions is written as %s, %s belongs there"):format(kind, wanted)) end
end

-- Judges { key, name, data, type }; `name` is nil for a key that is made. add(rule, text).
function writes.judge(write, add)
  local path = writes.canonical(write.key)
  local last = path:match "[^\\]+$"
  if VALUES[last] then add("value-as-key", ("%s is used as a key"):format(last)) end
  if path:find "^hkcu" then add("user-hive", "HKCU is that of whoever runs this") end
  if write.deleted then return end
  judge_protocol(path, write, add)
  judge_algorithm(path, write, add)
  judge_bits(write, add)
  judge_dotnet(path, write, add)
  judge_suites(path, write, add)
end

return writes
