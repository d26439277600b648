-- What Schannel writes to the System log, and how long it remembers sessions. Owns EventLogging and the session cache
-- below SCHANNEL. Source: KB260729; TLSREG; WEVT. The log level needs a restart of Windows (KB260729).

local dword = require "windows.dword"
local registry = require "registry"

local events = {}

events.KEY = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL"
events.LEVELS = { errors = 1, warnings = 2, successes = 4 }
events.DEFAULT = 1

-- The level: its number, and true if Schannel's own default holds; nil where the data is malformed.
function events.level()
  local data = dword.get(events.KEY, "EventLogging")
  if data == nil then return events.DEFAULT, true end
  return data or nil, false
end

-- Whether finished handshakes are logged (event 36880, with version and suite): then the System log tells who still
-- uses old versions.
function events.logs_handshakes()
  local level = events.level()
  return level ~= nil and level & events.LEVELS.successes ~= 0
end

-- Logs more: the bits of the names are added, none is taken away. Answers whether that changes anything.
function events.log(names, options)
  local level = events.level() or events.DEFAULT
  local wanted = level
  for _, name in ipairs(names) do
    local bit = events.LEVELS[name]
    if not bit then
      error(("events: %q is no level; errors, warnings and successes are"):format(tostring(name)), 2)
    end
    wanted = wanted | bit
  end
  if wanted == level and select(2, registry.get(events.KEY, "EventLogging")) ~= "REG_SZ" then return false end
  registry.set(events.KEY, "EventLogging", wanted, { why = options and options.why or
    "the System log tells which version each connection uses (event 36880), after a restart" })
  return true
end

-- How long sessions are remembered, in milliseconds: a remembered session hides a change for that time. 10 hours
-- without a value.
function events.cache_time(role)
  if role ~= "Client" and role ~= "Server" then error('events: the role is "Client" or "Server"', 2) end
  local data = registry.get(events.KEY, role .. "CacheTime")
  return math.type(data) == "integer" and data or 36000000
end

return events
