-- WinHTTP's default protocols: which SSL and TLS versions a program offers that does not choose itself. Owns the value
-- DefaultSecureProtocols in every view. Programs that set WINHTTP_OPTION_SECURE_PROTOCOLS ignore it, and what Schannel
-- has switched off stays off (tls.schannel). On 7, 2008 R2 and 2012 the value counts from KB3140245 on.

local dword = require "windows.dword"
local log = require "log"
local protocols = require "tls.protocols"
local registry = require "registry"
local releases = require "windows.releases"
local system = require "system"

local winhttp = {}

winhttp.KEY = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Internet Settings\\WinHttp"
winhttp.VALUE = "DefaultSecureProtocols"

-- The bits of the value, oldest first: { name, bit } each.
winhttp.BITS = {}
for _, row in ipairs(protocols.LIST) do
  if row.bit then table.insert(winhttp.BITS, row) end
end
winhttp.SSL_BITS = protocols.ERAS.ssl
winhttp.TLS_1_2 = protocols.BITS["TLS 1.2"]
winhttp.TLS_1_3 = protocols.BITS["TLS 1.3"]
local SECURE, LEGACY = protocols.ERAS.modern, protocols.ERAS.legacy

-- "TLS 1.1, TLS 1.2" for 0xA00; "nothing" for 0. Bits without a meaning are shown as a number.
winhttp.names = protocols.spelled

local function supports_tls13()
  return system.row ~= nil and releases.default(system.row, "TLS 1.3", "Client") == "on"
end

-- Whether bits name a version from TLS 1.2 on that this Windows has.
function winhttp.is_modern(bits)
  return bits & winhttp.TLS_1_2 ~= 0 or bits & winhttp.TLS_1_3 ~= 0 and supports_tls13()
end

-- The bits of a list of names. Refuses SSL, names that are none ("TLS 1,2"), an empty list, and TLS 1.3 where Windows
-- has none.
function winhttp.bits(list)
  if type(list) ~= "table" or #list == 0 then
    error('winhttp: a list of protocols expected, such as { "TLS 1.1", "TLS 1.2" }', 3)
  end
  local bits = 0
  for _, name in ipairs(list) do
    local found = protocols.BITS[name]
    if not found then
      error(('winhttp: %q is no protocol; TLS 1.0, TLS 1.1, TLS 1.2 and TLS 1.3 are'):format(tostring(name)), 3)
    end
    if found & winhttp.SSL_BITS ~= 0 then
      error(("winhttp: %s is never switched on; leave it out"):format(name), 3)
    end
    if found == winhttp.TLS_1_3 and not supports_tls13() then
      log.refuse(("winhttp: %s has no TLS 1.3 (Windows 11 and Server 2022 are the first); leave it out"):format(
        system.describe()))
    end
    bits = bits | found
  end
  return bits
end

-- What WinHTTP does without the value on this release at this revision: the bits that are certain, and those that would
-- take a revision to tell. nil if the release is not known.
function winhttp.release_default()
  if not system.row then return nil end
  return releases.default_bits(system.row, system.exact and system.revision or nil)
end

-- What stands in a value of such bits: { present, bits, type, malformed, unknown, ssl, ignored, text }. `bits` is nil
-- if absent or malformed; `ignored` says that a current WinHTTP falls back to its own default because of the data.
function winhttp.read(key, name, view)
  local data, kind = dword.get(key, name, view)
  if data == nil then return { present = false, text = "absent" } end
  if not data then
    return { present = true, type = kind, malformed = true, ignored = true,
      text = ("malformed: %s where REG_DWORD belongs"):format(kind) }
  end
  return { present = true, type = kind, bits = data, unknown = data & ~protocols.ALL, ssl = data & winhttp.SSL_BITS,
    ignored = data == 0 or data & ~protocols.ALL ~= 0, text = ("0x%X (%s)"):format(data, winhttp.names(data)) }
end

-- The same of WinHTTP's own value in a view.
function winhttp.current(view) return winhttp.read(winhttp.KEY, winhttp.VALUE, view) end

-- Views in which the value stands on this machine.
function winhttp.views() return registry.views(winhttp.KEY) end

-- Whose value it is, said only where there is more than one.
local function programs(view)
  return #winhttp.views() > 1 and ("%d-bit programs"):format(view) or "programs"
end

local function place(view)
  return ("%s in %s (%s)"):format(winhttp.VALUE, winhttp.KEY, programs(view))
end

-- Two values beside it that a current winhttp.dll reads (WINHTTP-DEC). No document says what the first does.
local function report_beside(view)
  for name, text in pairs { ForceDefaultSecureProtocols = "may hold programs to the default that choose themselves",
    EnableInsecureTlsFallback = "may let programs fall back to TLS 1.0 and 1.1" } do
    local data = dword.get(winhttp.KEY, name, view)
    if data and data ~= 0 then
      log.finding(("%s in %s (%s) is %d: WinHTTP reads it, and it %s (mark S3)"):format(name, winhttp.KEY,
        programs(view), data, text))
    end
  end
end

-- Tells what deserves attention in the values as they are: SSL, bits without a meaning, wrong types. Changes nothing.
function winhttp.report()
  for _, view in ipairs(winhttp.views()) do
    local now = winhttp.current(view)
    if now.malformed then
      log.finding(("%s is %s; WinHTTP does not use it"):format(place(view), now.text))
    elseif now.present and now.ssl ~= 0 then
      local source = now.bits == 0xAA0 and "; the Configuration Manager guide gives this number, it keeps SSL 3.0" or ""
      log.finding(("%s is 0x%X and offers %s%s"):format(place(view), now.bits, winhttp.names(now.ssl), source))
    end
    if now.unknown and now.unknown ~= 0 then
      log.finding(("%s is 0x%X; current Windows ignores a value with the bits 0x%X (mark S3)"):format(place(view),
        now.bits, now.unknown))
    elseif now.bits == 0 then
      log.finding(("%s is 0; current Windows ignores that (mark S3)"):format(place(view)))
    end
    report_beside(view)
  end
end

local function set(view, bits, why)
  local now = winhttp.current(view)
  if now.bits and now.bits & winhttp.TLS_1_2 ~= 0 and bits & ~now.bits & LEGACY ~= 0 then
    log.finding(("%s is %s; %s is added because it was asked for"):format(place(view), now.text,
      winhttp.names(bits & ~now.bits & LEGACY)))
  end
  if now.bits == bits then return false end
  registry.set(winhttp.KEY, winhttp.VALUE, bits, { view = view, why = why or
    ("%s that use WinHTTP and do not choose themselves offer %s"):format(programs(view), winhttp.names(bits)) })
  return true
end

-- Sets the default protocols to exactly `list`, in every view. options: why. Answers whether that changes anything.
function winhttp.default_protocols(list, options)
  local bits = winhttp.bits(list)
  winhttp.report()
  local changed = false
  for _, view in ipairs(winhttp.views()) do changed = set(view, bits, options and options.why) or changed end
  return changed
end

-- Whether what stands in a view lets WinHTTP offer TLS 1.2 or later and no SSL: true, or false and why not. An absent
-- value is good where the release's own default is.
function winhttp.good(view)
  local now = winhttp.current(view)
  local default = winhttp.release_default()
  if not now.present then
    if default and default & SECURE ~= 0 then return true end
    return false, "absent, and Windows' own default has no TLS 1.2"
  end
  if now.ignored then return false, now.text .. " is not used" end
  if now.ssl ~= 0 then return false, now.text .. " offers SSL" end
  if not winhttp.is_modern(now.bits) then return false, now.text .. " has no TLS 1.2" end
  return true
end

-- What a mended value should hold on this release. Where the release's own default has TLS 1.2, nothing that it has off
-- by default is added, and TLS 1.3 stays.
local function wanted(list)
  local bits, default = winhttp.bits(list), winhttp.release_default()
  if not default or default & SECURE == 0 then return bits, false end
  bits = bits & default
  return bits | default & (bits & SECURE ~= 0 and winhttp.TLS_1_3 or SECURE), true
end

-- Says which old versions were offered in a view and are not any more.
local function report_lost(lost)
  if lost == 0 then return end
  log.finding(("WinHTTP offers %s no more where a program does not choose itself: servers that have nothing newer " ..
    "are not reached"):format(winhttp.names(lost)))
end

-- Sets the default protocols to `list` where that makes something better, and leaves alone what is good: on 8.1 and
-- later every view in which WinHTTP has TLS 1.2 and no SSL, before that every value that is stricter than `list`.
-- options: why. Answers whether that changes anything.
function winhttp.mend_protocols(list, options)
  local bits, built_in = wanted(list)
  local changed, lost, default = false, 0, winhttp.release_default() or 0
  winhttp.report()
  for _, view in ipairs(winhttp.views()) do
    local now, good, reason = winhttp.current(view), winhttp.good(view)
    if not good or not built_in and now.bits & ~bits ~= 0 then
      local why = built_in and ("%s: %s that use WinHTTP offer %s instead"):format(reason, programs(view),
        winhttp.names(bits)) or nil
      changed = set(view, bits, options and options.why or why) or changed
      lost = lost | (not now.ignored and now.bits or default) & LEGACY & ~bits
    elseif not built_in and now.bits ~= bits then
      log.finding(("%s is %s, stricter than asked for; it stays"):format(place(view), now.text))
    end
  end
  report_lost(lost)
  return changed
end

return winhttp
