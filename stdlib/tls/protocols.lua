-- The versions of SSL and TLS: their names, as the keys of Schannel spell them, and their bits in the values
-- DefaultSecureProtocols (tls.winhttp) and SecureProtocols (tls.wininet). Knows what a version is, not what a machine
-- has. Source: TLSREG; OPT for the bits.

local protocols = {}

-- Oldest first. A version without a bit stands in no such value.
protocols.LIST = {
  { name = "SSL 2.0", bit = 0x8, era = "ssl" },
  { name = "SSL 3.0", bit = 0x20, era = "ssl" },
  { name = "TLS 1.0", bit = 0x80, era = "legacy" },
  { name = "TLS 1.1", bit = 0x200, era = "legacy" },
  { name = "TLS 1.2", bit = 0x800, era = "modern" },
  { name = "TLS 1.3", bit = 0x2000, era = "modern" },
  { name = "DTLS 1.0", era = "legacy" },
  { name = "DTLS 1.2", era = "modern" },
}

-- Keys of Windows 2003 that stay behind and count for nothing.
protocols.HISTORICAL = { "PCT 1.0", "Multi-Protocol Unified Hello" }

protocols.NAMES = {} -- in the order of LIST
protocols.BITS = {} -- by name
protocols.ALL = 0 -- the bits that mean something; a current winhttp.dll ignores a value with any other
protocols.ERAS = { ssl = 0, legacy = 0, modern = 0 } -- the bits of each

local eras = {}
for _, row in ipairs(protocols.LIST) do
  local bit = row.bit or 0
  table.insert(protocols.NAMES, row.name)
  protocols.BITS[row.name], eras[row.name] = row.bit, row.era
  protocols.ALL = protocols.ALL | bit
  protocols.ERAS[row.era] = protocols.ERAS[row.era] | bit
end

-- "ssl", "legacy" (TLS before 1.2) or "modern"; nil for a name that is no version.
function protocols.era(name) return eras[name] end

-- Whether it is what a service asks for today: TLS 1.2 or later, and not DTLS.
function protocols.is_modern(name) return eras[name] == "modern" and protocols.BITS[name] ~= nil end

-- "TLS 1.1, TLS 1.2" for 0xA00; "nothing" for 0. Bits without a meaning are shown as a number.
function protocols.spelled(bits)
  local names = {}
  for _, row in ipairs(protocols.LIST) do
    if row.bit and bits & row.bit ~= 0 then names[#names + 1] = row.name end
  end
  local unknown = bits & ~protocols.ALL
  if unknown ~= 0 then names[#names + 1] = ("unknown bits 0x%X"):format(unknown) end
  return #names > 0 and table.concat(names, ", ") or "nothing"
end

-- What the two values of a version and role come to. default: "on", "off", "ns" or nil (Windows' own:
-- windows.releases); enabled, disabled: the data of Enabled and DisabledByDefault, nil where absent, false where it is
-- no REG_DWORD. First answer: "default" (no values), "on", "off", "half" (the two contradict each other, or one is left
-- to a default that does), "malformed". Second: "on", "off", "request" (only for programs that ask for it by name),
-- "unsupported", or nil where it is left open. Source: TLSREG.
function protocols.effect(default, enabled, disabled)
  if enabled == false or disabled == false then return "malformed", nil end
  if enabled == nil and disabled == nil then
    local effect = { on = "on", off = "request", ns = "unsupported" }
    return "default", effect[default or ""]
  end
  if default == "ns" then return "half", "unsupported" end
  -- A default of "off" behaves as DisabledByDefault=1, on 7 and 2008 R2 in spite of Enabled=1.
  if enabled == nil and default then enabled = 1 end
  if disabled == nil and default then disabled = default == "off" and 1 or 0 end
  if enabled == 0 then return disabled == 0 and "half" or "off", "off" end
  if enabled == nil or disabled == nil then return "half", nil end
  if disabled ~= 0 then return "half", "request" end
  return "on", "on"
end

return protocols
