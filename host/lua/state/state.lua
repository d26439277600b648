-- The effective TLS state of a machine: for each protocol and role of Schannel, and for programs (state.programs), what
-- the release does by itself, what is set and where, what overrides it, hence what a program that starts now gets, and
-- one that starts after a restart. Reads only. `tlsmend state` prints it (state.report).

local dword = require "windows.dword"
local hotfix = require "hotfix"
local handshake = require "state.suites"
local programs = require "state.programs"
local reboot = require "reboot"
local schannel = require "tls.schannel"
local system = require "system"

local state = {}

local SCHANNEL_UPDATE, WINHTTP_UPDATE = "KB4019276", "KB3140245"

-- What makes a change of Schannel count.
local NEEDS = "new credentials: restart the program or its service; long-lived services at the next restart"

local function update_state(kb)
  local covered, evidence = hotfix.examine(kb)
  return { kb = kb, covered = covered == nil and "cannot tell" or covered and "yes" or "no",
    pending = hotfix.pending(kb) or false, evidence = evidence }
end

local EFFECT = { on = "on", off = "off", request = "on request", unsupported = "not supported" }
local DEFAULT = { on = "on", off = "on request", ns = "not supported" }

local function values(path, names)
  local result = {}
  for _, name in ipairs(names) do
    local data, kind = dword.get(path, name)
    if kind then
      result[#result + 1] = { name = name, data = data or nil, text = data and tostring(data)
        or "malformed (" .. kind .. ")" }
    end
  end
  return result
end

-- What the protocol becomes when a pending update brings it.
local function after_update(protocol, role, effect, update)
  if not update.pending or effect ~= "not supported" then return effect end
  local row = system.row.schannel_updated
  local default = row and row.defaults[protocol][role]
  if default == "ns" or not default then return effect end
  local set = values(schannel.path(protocol, role), { "Enabled", "DisabledByDefault" })
  local by_name = {}
  for _, value in ipairs(set) do by_name[value.name] = value.data end
  if by_name.Enabled == 0 then return "off" end
  return (by_name.DisabledByDefault or (default == "off" and 1 or 0)) == 0 and "on" or "on request"
end

local function read_schannel(update)
  local rows = {}
  for _, protocol in ipairs(schannel.PROTOCOLS) do
    for _, role in ipairs(schannel.ROLES) do
      local path = schannel.path(protocol, role)
      local set, effect = schannel.state(protocol, role)
      local now = EFFECT[effect or ""] or "cannot tell"
      rows[#rows + 1] = { protocol = protocol, role = role, where = path, set = set,
        values = values(path, { "Enabled", "DisabledByDefault" }),
        default = DEFAULT[schannel.release_default(protocol, role) or ""] or "cannot tell",
        now = now, after_restart = update and after_update(protocol, role, now, update) or now,
        needs = NEEDS }
    end
  end
  return rows
end

-- "compliant", "not-compliant" or "cannot-tell", by one field of the rows.
local function verdict(result, field, schannel_field)
  local worst = programs.client(result.schannel, "TLS 1.2", schannel_field) == "on" and "yes"
    or programs.client(result.schannel, "TLS 1.2", schannel_field) == "cannot tell" and "cannot tell" or "no"
  for _, layer in ipairs { "winhttp", "wininet", "dotnet" } do
    for _, row in ipairs(result[layer]) do
      if row[field] == "no" or row[field] == "some" then worst = "no" end
      if row[field] == "cannot tell" and worst == "yes" then worst = "cannot tell" end
    end
  end
  return ({ yes = "compliant", no = "not-compliant", ["cannot tell"] = "cannot-tell" })[worst]
end

-- Everything, as one table; `about` is what the host knows (spec, version of the tool).
function state.read(about)
  local schannel_update = system.row and system.row.schannel_updated and update_state(SCHANNEL_UPDATE) or nil
  local winhttp_update = system.nt >= "6.1" and system.nt < "6.3" and update_state(WINHTTP_UPDATE) or nil
  local result = { schema = "tlsmend-state/1", machine = { spec = about.spec, name = system.describe(),
    exact = system.exact or false }, restart_pending = reboot.pending(), updates = {} }
  for _, update in ipairs { schannel_update or false, winhttp_update or false } do
    if update then result.updates[#result.updates + 1] = update end
  end
  result.schannel = read_schannel(schannel_update)
  result.winhttp = programs.winhttp(result.schannel, winhttp_update)
  result.wininet = programs.wininet(result.schannel)
  result.dotnet = programs.dotnet(result.schannel)
  result.suites, result.fips = handshake.suites(), handshake.fips()
  result.marks = handshake.marks(result)
  result.result = verdict(result, "tls12", "now")
  result.after_restart = verdict(result, "tls12_after_restart", "after_restart")
  return result
end

return state
