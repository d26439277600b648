-- What else decides a handshake: the order of cipher suites and FIPS mode; and how good the facts are that the state of
-- a machine rests on. The third part of `state`. Reads only.

local dword = require "windows.dword"
local suites = require "tls.suites"
local system = require "system"
local sources = require "windows.sources"
local updates = require "windows.updates"
local wininet = require "tls.wininet"

local handshake = {}

handshake.FIPS = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Lsa\\FipsAlgorithmPolicy" -- TLSREG; CM-SRV

local NEEDS = "restart" -- of Windows

-- Names that this Windows passes over, because they are spelled for another release.
local function ignored(order)
  local names = {}
  for _, name in ipairs(order) do
    if suites.is_ignored((name:match "^%s*(.-)%s*$")) then names[#names + 1] = name end
  end
  return names
end

-- { set = "policy" | "local" | "default" | "malformed", where, order, ignored, services, needs }. `services`: whether a
-- suite is among them that Microsoft 365 takes; "cannot tell" where Windows' own order holds, which stands in no value.
function handshake.suites()
  local order, set = suites.order()
  local row = { set = set, where = (set == "policy" and suites.POLICY or suites.LOCAL) .. "\\Functions",
    order = order or {}, ignored = ignored(order or {}), services = "cannot tell", needs = NEEDS }
  if order then
    local void, counting = {}, {}
    for _, name in ipairs(row.ignored) do void[name] = true end
    for _, name in ipairs(order) do
      if not void[name] then counting[#counting + 1] = name end
    end
    row.services = #suites.missing(counting, suites.SERVICE) < #suites.SERVICE and "yes" or "no"
  end
  return row
end

-- { set, now = "on" | "off" | "cannot tell" }
function handshake.fips()
  local data, kind = dword.get(handshake.FIPS, "Enabled")
  local row = { where = handshake.FIPS .. "\\Enabled", set = "absent", now = "off", needs = NEEDS }
  if not kind then return row end
  if not data then
    row.set, row.now = ("malformed (%s)"):format(kind), "cannot tell"
  else
    row.set, row.now = tostring(data), data ~= 0 and "on" or "off"
  end
  return row
end

local function add(list, mark, text)
  if mark and mark ~= "S" then list[#list + 1] = { mark = mark, text = text } end
end

local function is_set(rows, who)
  for _, row in ipairs(rows) do
    if row.who:find(who, 1, true) and row.set ~= "absent" then return true end
  end
  return false
end

-- The facts in `result` that no document of Microsoft says: { mark, text } each. S3: third parties; G: general
-- knowledge; S+G: a part of it is.
function handshake.marks(result)
  local list, row = {}, system.row
  if row then
    add(list, row.mark, ("the build number by which %s is recognised: %s"):format(row.name,
      sources.spelled(row.source)))
    add(list, row.schannel_mark, "Schannel's defaults: " .. sources.spelled(row.schannel_source))
    add(list, row.winhttp_mark, "WinHTTP's default: " .. sources.spelled(row.winhttp_source))
  end
  for _, update in ipairs(result.updates) do
    local known = updates.of(update.kb)
    add(list, known and known.mark, ("what %s brings: %s"):format(update.kb,
      sources.spelled(known and known.source)))
    add(list, known and known.files_mark, ("the file versions by which %s is recognised: %s"):format(update.kb,
      sources.spelled(known and known.files_source)))
  end
  if wininet.explorer() then add(list, "G", "the number of Internet Options' default: no source") end
  if is_set(result.wininet, "without a setting") then
    add(list, "S3", ("that the machine's SecureProtocols holds for people without a setting of their own: %s"):format(
      sources.spelled "MMAY"))
  end
  return list
end

return handshake
