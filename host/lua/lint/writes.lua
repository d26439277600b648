-- What is wrong with one write, by key, value and data alone. Used for what the text says and for what a run did.

local algorithms = require "tls.algorithms"
local names = require "lint.names"
local protocols = require "tls.protocols"

local writes = {}

local function set_of(list)
  local result = {}
  for _, name in ipairs(list) do result[name:lower()] = true end
  return result
end

local OLD = set_of(protocols.HISTORICAL)
local ALGORITHMS = {}
for family, list in pairs(algorithms.FAMILIES) do
  ALGORITHMS[family:lower()] = { family = family, list = list, known = set_of(list) }
end
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
  if not era then
    local near = names.meant(protocols.NAMES, name)
    return add("unknown-protocol", ("%s is no protocol of Schannel%s"):format(name, near and "; " .. near ..
      " is meant" or ""))
  end
  local value = write.name and write.name:lower()
  if value ~= "enabled" and value ~= "disabledbydefault" then return end
  if role == "" then
    return add("version-key", ("%s is written on the key %s itself"):format(write.name, name:upper()))
  end
  if role ~= "client" and role ~= "server" or not is_dword(write, add) then return end
  if write.data ~= 0 and write.data ~= 1 then
    add("enabled-number", ("%s of a protocol is written as %s"):format(write.name, hex(write.data)))
  end
  local switches_on = (value == "enabled") == (write.data ~= 0)
  if switches_on and era == "ssl" then add("ssl-on", ("%s is switched on"):format(name:upper())) end
end

local function judge_algorithm(path, write, add)
  local row = ALGORITHMS[path:match "\\schannel\\(%a+)\\[^\\]+$" or ""]
  if not row then return end
  local name = write.key:match "([^\\]+)\\*$"
  if name:lower() == "triple des 168/168" then return add("old-cipher-name", "the key is Triple DES 168/168") end
  if not row.known[name:lower()] then
    local near = names.meant(row.list, name)
    return add("unknown-algorithm", ("%s is not one of the %s%s"):format(name, row.family, near and "; " .. near ..
      " is meant" or ""))
  end
  if not write.name or write.name:lower() ~= "enabled" then return end
  if not is_dword(write, add) then return end
  if write.data & FULL ~= 0 and write.data & FULL ~= FULL then
    add("enabled-number", ("Enabled of the %s is written as %s; on is 0xFFFFFFFF"):format(row.family, hex(write.data)))
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

local function judge_type(write, wanted, add)
  if wanted == "REG_DWORD" then return is_dword(write, add) end
  local kind = write.type or (type(write.data) == "table" and "REG_MULTI_SZ" or "REG_SZ")
  if kind ~= wanted then
    add("suites-type", ("%s is written as %s, %s belongs there"):format(write.name, kind, wanted))
  end
end

-- Judges { key, name, data, type }; `name` is nil for a key that is made. add(rule, text).
function writes.judge(write, add)
  local path, told = writes.canonical(write.key), false
  local function tell(...)
    told = true
    add(...)
  end
  local last = path:match "[^\\]+$"
  if names.own[last] then tell("value-as-key", ("%s is used as a key"):format(last)) end
  if path:find "^hkcu" then add("user-hive", "HKCU is that of whoever runs this") end
  if write.deleted then return end
  judge_protocol(path, write, tell)
  judge_algorithm(path, write, tell)
  judge_bits(write, tell)
  judge_dotnet(path, write, tell)
  if not told then
    local wanted = names.judge(write, add)
    if wanted then judge_type(write, wanted, add) end
  end
end

return writes
