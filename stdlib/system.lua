-- The facts of the machine's Windows, with its true name and an NT version that compares by number.
-- The native half reads the facts; this half adds `nt`, `name`, `row` and the questions that decide by them.

local _, native = ...
local releases = require "windows.releases"

local function number(version)
  local order = releases.order(version)
  if not order then error(('NT version expected, such as "6.3", not %s'):format(tostring(version)), 3) end
  return order
end

-- "10.0" sorts before "6.3" as text, so versions are values with an order of their own. They compare with each other
-- and, by < <= > >=, with text. `==` between a version and text is always false in Lua: use system.is("6.1") for that.
local version = {
  __lt = function(a, b) return number(a) < number(b) end,
  __le = function(a, b) return number(a) <= number(b) end,
  __eq = function(a, b) return number(a) == number(b) end,
  __tostring = function(self) return self.text end,
  __concat = function(a, b) return tostring(a) .. tostring(b) end,
  __name = "NT version",
}

local system = {}
for key, value in pairs(native) do system[key] = value end

system.nt = setmetatable({ text = ("%d.%d"):format(native.major, native.minor) }, version)

local row, exact = releases.of {
  nt = system.nt, build = native.build, server = system.server, edition = native.edition,
}
system.row, system.exact = row, exact
if row then
  system.name = row.name
else
  system.name = "Windows NT " .. tostring(system.nt)
end

-- Whether this is NT version `nt` or later.
function system.at_least(nt) return number(system.nt) >= number(nt) end

-- Whether this is exactly NT version `nt`.
function system.is(nt) return number(system.nt) == number(nt) end

-- "Windows 7 Service Pack 1 (6.1.7601, x64)": for messages.
function system.describe()
  local pack = (native.service_pack or 0) > 0 and (" Service Pack %d"):format(native.service_pack) or ""
  local release = system.release and row and row.nt == "10.0" and (" " .. system.release) or ""
  return ("%s%s%s (%s.%d, %s)"):format(system.name, release, pack, tostring(system.nt), native.build,
    native.architecture or "architecture unknown")
end

return system
