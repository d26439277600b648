-- What a built-in machine may have besides Windows and its updates: parts of its name behind a "+". Owns their registry
-- values, from the tables that the gates read. Where instances of SQL Server stand is general knowledge (G); the rest
-- follows real hives.
--
--   rdp            Remote Desktop is switched on
--   net-RELEASE    .NET Framework with that Release number, such as net-378389; net-4.0 and net-3.5
--   sql-VERSION    an instance of SQL Server of that build, such as sql-11.0.6020.0
--   ie-VERSION     Internet Explorer, such as ie-11
--   user[-HEX]     somebody who is signed in, with SecureProtocols if there is a number: user-a0
--   profile        somebody who is not signed in

local roles = {}

local SOFTWARE = "HKEY_LOCAL_MACHINE\\SOFTWARE"
local TERMINAL = "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Terminal Server"
local SETTINGS = "Software\\Microsoft\\Windows\\CurrentVersion\\Internet Settings"
local PEOPLE = "S-1-5-21-1004336348-1177238915-682003330-"

-- kit: put(path, values), put_views(path below SOFTWARE, values). Each answers true, or nil and the reason.
local makers = {}

function makers.rdp(kit)
  kit.put(TERMINAL, { fDenyTSConnections = 0 })
  return true
end

function makers.net(kit, which)
  local setup = "\\Microsoft\\NET Framework Setup\\NDP\\"
  if which == "3.5" then
    kit.put_views(setup .. "v3.5", { Install = 1, SP = 1 })
  elseif which == "4.0" then
    kit.put_views(setup .. "v4\\Full", { Install = 1, Version = "4.0.30319" })
  elseif tonumber(which) then
    kit.put_views(setup .. "v4\\Full", { Install = 1, Release = math.tointeger(tonumber(which)) })
  else
    return nil, "net-" .. which .. ": no .NET Framework is called so"
  end
  return true
end

function makers.sql(kit, version)
  local major, minor = version:match "^(%d+)%.(%d+)%.%d+%.%d+$"
  if not major then return nil, "sql-" .. version .. ": four numbers expected, such as sql-11.0.6020.0" end
  local id = ("MSSQL%s%s.MSSQLSERVER"):format(major, minor == "0" and "" or "_" .. minor)
  local root = SOFTWARE .. "\\Microsoft\\Microsoft SQL Server"
  kit.put(root .. "\\Instance Names\\SQL", { MSSQLSERVER = id })
  kit.put(("%s\\%s\\Setup"):format(root, id), { PatchLevel = version, Version = version })
  return true
end

function makers.ie(kit, version)
  kit.put_views("\\Microsoft\\Internet Explorer", { svcVersion = version .. ".0.0.0",
    Version = tonumber(version) and tonumber(version) > 9 and ("9.%s.0.0"):format(version) or version .. ".0.0.0" })
  return true
end

local function profile(kit, sid)
  kit.put(("%s\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList\\%s"):format(SOFTWARE, sid), { Flags = 0 })
end

function makers.user(kit, hex)
  local number = hex and tonumber(hex, 16)
  if hex and not number then return nil, "user-" .. hex .. ": a hexadecimal number expected, such as user-a0" end
  local sid = PEOPLE .. "1001"
  profile(kit, sid)
  kit.put(("HKEY_USERS\\%s\\%s"):format(sid, SETTINGS), { EnableNegotiate = 1, SecureProtocols = number })
  return true
end

function makers.profile(kit)
  profile(kit, PEOPLE .. "1002")
  return true
end

-- Gives a machine the role of one part of its name. nil and the reason if there is no such role.
function roles.add(kit, part)
  local name, rest = part:match "^(%a+)%-(.+)$"
  local maker = makers[name or part]
  if not maker then return nil, part .. ": no KB number, and no role of a machine" end
  return maker(kit, rest)
end

return roles
