-- Schannel's switches for ciphers, hashes and key exchange, and the key sizes. Owns the keys Ciphers, Hashes and
-- KeyExchangeAlgorithms below SCHANNEL; the protocols are tls.schannel's. Microsoft advises to steer algorithms with
-- the order of the cipher suites (tls.suites) and to leave these alone: switching off SHA or PKCS breaks more than it
-- says. Source: TLSREG; SCDSC; KB245030 for the numbers. New credentials read them.

local dword = require "windows.dword"
local log = require "log"
local registry = require "registry"
local system = require "system"

local algorithms = {}

algorithms.KEY = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL"
algorithms.ON = 0xFFFFFFFF -- documented for this family; protocols take 1. Any number but 0 works.

-- The names, exactly: each is one key, the slash is part of it. Closed lists.
algorithms.FAMILIES = {
  Ciphers = { "NULL", "DES 56/56", "RC2 40/128", "RC2 56/128", "RC2 128/128", "RC4 40/128", "RC4 56/128", "RC4 64/128",
    "RC4 128/128", "Triple DES 168", "AES 128/128", "AES 256/256" },
  Hashes = { "MD5", "SHA", "SHA256", "SHA384", "SHA512" },
  KeyExchangeAlgorithms = { "Diffie-Hellman", "ECDH", "PKCS" },
}
local ORDER = { "Ciphers", "Hashes", "KeyExchangeAlgorithms" }
algorithms.ORDER = ORDER

-- Never switched on, and recreating their keys is no repair.
local WEAK = { NULL = true, MD5 = true, ["DES 56/56"] = true, ["Triple DES 168"] = true }
local function is_weak(name) return WEAK[name] or name:find "^RC[24] " ~= nil end
algorithms.is_weak = is_weak

-- Names that look right and do nothing on Vista and later.
algorithms.FORMER = { ["Triple DES 168/168"] = "Triple DES 168" }

local known = {}
for family, names in pairs(algorithms.FAMILIES) do
  known[family] = {}
  for _, name in ipairs(names) do known[family][name:lower()] = name end
end

local function check(family, name)
  if not known[family] then
    error(("algorithms: %q is no family; Ciphers, Hashes and KeyExchangeAlgorithms are"):format(tostring(family)), 3)
  end
  if known[family][tostring(name):lower()] ~= name then
    local former = algorithms.FORMER[name] and ("; from Vista on it is called %q"):format(algorithms.FORMER[name])
    error(("algorithms: %q is none of %s%s"):format(tostring(name), family,
      former or ": " .. table.concat(algorithms.FAMILIES[family], ", ")), 3)
  end
end

-- The key of an algorithm.
function algorithms.path(family, name)
  check(family, name)
  return ("%s\\%s\\%s"):format(algorithms.KEY, family, name)
end

-- What is set for an algorithm: "default" (no value: on, but NULL is off), "on", "off", "malformed".
function algorithms.state(family, name)
  local data = dword.get(algorithms.path(family, name), "Enabled")
  if data == nil then return "default" end
  if not data then return "malformed" end
  return data == 0 and "off" or "on"
end

-- Switches an algorithm on; refuses what is weak. A value that is not 0 stays, whichever it is. Answers whether that
-- changes anything.
function algorithms.enable(family, name, options)
  local path = algorithms.path(family, name)
  if is_weak(name) then error(("algorithms: %s is never switched on"):format(name), 2) end
  local state = algorithms.state(family, name)
  if state == "on" or state == "default" then return false end
  registry.set(path, "Enabled", algorithms.ON, { why = options and options.why or
    ("Schannel may use %s again"):format(name) })
  return true
end

-- Switches an algorithm off. options: why.
function algorithms.disable(family, name, options)
  local path = algorithms.path(family, name)
  if algorithms.state(family, name) == "off" then return false end
  registry.set(path, "Enabled", 0, { why = options and options.why or ("Schannel does not use %s"):format(name) })
  return true
end

-- The sizes that can be set, and what holds without a value from 10 on (TLSREG); false: nothing does. Up to 8.1 a
-- server takes 1024 (ADV3174644, which brings the value), a client 1024 with KB3061518.
algorithms.SIZES = {
  ["Diffie-Hellman"] = { ClientMinKeyBitLength = 1024, ServerMinKeyBitLength = 2048, ClientMaxKeyBitLength = false },
  PKCS = { ClientMinKeyBitLength = 1024, ClientMaxKeyBitLength = false },
}

-- What holds without a value on this release, or on one before 10 (true) or from 10 on (false): bits, or nil.
function algorithms.default_size(name, value, before_10)
  if before_10 == nil then before_10 = system.nt < "10.0" end
  if value == "ServerMinKeyBitLength" and before_10 then return 1024 end
  return algorithms.SIZES[name][value] or nil
end

local function check_size(name, value)
  local sizes = algorithms.SIZES[name]
  if not sizes or sizes[value] == nil then
    error(("algorithms: %s has no size %q"):format(tostring(name), tostring(value)), 3)
  end
end

-- A size in bits and where it comes from: "set", "default", or "malformed" without a number.
function algorithms.size(name, value)
  check_size(name, value)
  local data = dword.get(algorithms.path("KeyExchangeAlgorithms", name), value)
  if data == nil then return algorithms.default_size(name, value), "default" end
  if not data then return nil, "malformed" end
  return data, "set"
end

-- Sets a size. Refuses a minimum below 1024 and one that is smaller than what holds now.
function algorithms.set_size(name, value, bits, options)
  check_size(name, value)
  local now = algorithms.size(name, value)
  if value:find "Min" and (bits < 1024 or now and bits < now) then
    error(("algorithms: %s of %s would sink to %d bits"):format(value, name, bits), 2)
  end
  registry.set(algorithms.path("KeyExchangeAlgorithms", name), value, bits, { why = options and options.why or
    ("keys of %s have at least %d bits"):format(name, bits) })
end

-- What deserves attention, as tls.findings has it: { text, key } each.
function algorithms.findings() return require "tls.findings".algorithms() end

-- Tells what deserves attention.
function algorithms.report()
  local there = 0
  for _, family in ipairs(ORDER) do there = there + #(registry.keys(algorithms.KEY .. "\\" .. family) or {}) end
  if there == 0 then return end
  for _, finding in ipairs(algorithms.findings()) do log.finding(finding.text) end
end

return algorithms
