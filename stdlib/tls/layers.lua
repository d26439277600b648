-- What programs and listeners get of Schannel, layer by layer: bare Schannel, WinHTTP by view, WinINET by owner, .NET
-- and PowerShell by view (tls.layers_dotnet), Remote Desktop, http.sys and SQL Server (tls.layers_server). A pure
-- function of facts (tls.facts, with tls.layer_facts as `layers`) and of the two sides of tls.handshake; looks at no
-- machine. A layer that asks for its versions by name gets what is "on request", one that leaves the choice to
-- Schannel does not. Source: OPT; KB3140245; KB5017811; IEPOL; SP13; docs/HANDSHAKE.md.

local layer_row = require "tls.layer_row"
local protocols = require "tls.protocols"
local releases = require "windows.releases"

local layers = {}

-- What makes a change of a layer count.
local NEEDS = {
  schannel = "new credentials: restart the program or its service; long-lived services at the next restart",
  winhttp = "a new process: restart the program",
  wininet = "a new session: restart the program",
}

local SCHANNEL = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL"
local SETTINGS = "Microsoft\\Windows\\CurrentVersion\\Internet Settings"
local WINHTTP = ("HKLM\\SOFTWARE\\%s\\WinHttp\\DefaultSecureProtocols"):format(SETTINGS)
local MACHINE = ("HKLM\\SOFTWARE\\%s\\SecureProtocols"):format(SETTINGS)
local POLICY = ("HKLM\\SOFTWARE\\Policies\\%s\\SecureProtocols"):format(SETTINGS)

-- Whether this machine listens: true, false or "cannot tell".
local function listens(facts)
  local held = facts.layers
  if not held.rdp then return true end -- not asked
  if facts.server or #held.http_sys > 0 or #held.sql.instances > 0 or held.rdp.fDenyTSConnections == 0 then
    return true
  end
  return facts.server == nil and "cannot tell"
end

local function schannel(facts, client, server, rows)
  for _, side in ipairs { client, server } do
    local row = { layer = "schannel", who = "as " .. side.role:lower(), where = SCHANNEL, set = "", default = "",
      needs = NEEDS.schannel, counts = true }
    if side.role == "Server" then row.counts = listens(facts) end
    rows[#rows + 1] = layer_row.judge(row, side)
  end
end

-- What is set, for a person.
local function set_text(value)
  if value == nil then return "absent" end
  if math.type(value) == "integer" then return layer_row.spelled(value) end
  if layer_row.unknown(value) then return "cannot tell" end
  local kind = type(value) == "string" and "REG_SZ" or value.malformed or "REG_MULTI_SZ"
  return ("malformed: %s where REG_DWORD belongs"):format(kind)
end

-- Windows' own default, for a person: bits that are certain, and those besides that an update would decide.
local function default_text(bits, open)
  if not bits then return "cannot tell" end
  if open == 0 then return layer_row.spelled(bits) end
  return ("%s, perhaps %s"):format(layer_row.spelled(bits), protocols.spelled(open))
end

-- What WinHTTP offers by itself on this machine: the bits that are certain, and those besides that the revision would
-- decide; or nil and why that is not known.
local function winhttp_default(facts)
  local row = facts.release and releases.by_id[facts.release]
  if not row or not facts.exact then return nil, "this build is in no table, so its own default is not known" end
  return releases.default_bits(row, facts.revision)
end

-- The bits of a value of WinHTTP that counts; nil and why it does not; nil, why and true: not known whether it does.
local function winhttp_value(facts, value)
  local update = facts.layers.winhttp.update
  if math.type(value) ~= "integer" or value == 0 or value & ~protocols.ALL ~= 0 then
    return nil, "the value cannot be used and is ignored"
  end
  if (releases.order(facts.nt) or 0) < releases.order "6.1" then
    return nil, "no source says that this Windows reads the value", true
  end
  if not update or update.there == true then return value end
  if update.there == "unknown" then
    return nil, ("cannot tell whether %s is there, without which the value is not read"):format(update.kb), true
  end
  return nil, ("the value is not read without %s"):format(update.kb)
end

local function winhttp_row(facts, row, value, client)
  local default, doubt = winhttp_default(facts)
  row.set, row.default = set_text(value), default_text(default, doubt)
  if layer_row.unknown(value) then return layer_row.open(row, layer_row.missing(value.unknown)) end
  local bits, open
  if value ~= nil then bits, row.note, open = winhttp_value(facts, value) end
  if open then return layer_row.open(row, row.note) end
  row.bits = bits or default
  if not row.bits then return layer_row.open(row, doubt) end
  local own = bits and "DefaultSecureProtocols is %s" or "Windows' own default is %s"
  return layer_row.judge(row, client, layer_row.named(row.bits), own:format(layer_row.spelled(row.bits)),
    not bits and doubt ~= 0 and layer_row.named(default | doubt) or nil)
end

local function winhttp(facts, client, rows)
  local values = facts.layers.winhttp.values
  for _, held in ipairs(values) do
    local row = { layer = "winhttp", who = #values > 1 and ("%d-bit"):format(held.view) or "all", view = held.view,
      where = WINHTTP, needs = NEEDS.winhttp, counts = true }
    rows[#rows + 1] = winhttp_row(facts, row, held.value, client)
  end
end

-- The same of WinINET.
local function wininet_default(facts)
  local explorer, row = facts.layers.wininet.explorer, facts.release and releases.by_id[facts.release]
  if not explorer then
    return nil,
      "the machine does not tell its version of Internet Explorer (HKLM\\SOFTWARE\\Microsoft\\Internet Explorer)"
  end
  if not row or not facts.exact then return nil, "this build is in no table, so its own default is not known" end
  return releases.explorer_bits(row, explorer, facts.revision)
end

-- A row of WinINET: of a value, else of what holds without one ({ bits, why it is not known, where it stands }).
local function wininet_row(who, where, value, fallback, client)
  local row = { layer = "wininet", who = who, where = where, set = set_text(value), needs = NEEDS.wininet,
    default = default_text(fallback.bits, fallback.open or 0), counts = true }
  if layer_row.unknown(value) then return layer_row.open(row, layer_row.missing(value.unknown)) end
  if value ~= nil and math.type(value) ~= "integer" then
    return layer_row.open(row, "SecureProtocols is " .. row.set)
  end
  row.bits = value or fallback.bits
  if not row.bits then return layer_row.open(row, fallback.why) end
  local own = value and "SecureProtocols is %s" or fallback.own
  return layer_row.judge(row, client, layer_row.named(row.bits), own:format(layer_row.spelled(row.bits)),
    not value and fallback.open and fallback.open ~= 0 and layer_row.named(row.bits | fallback.open) or nil)
end

local function user_key(sid, policy)
  return ("%s\\Software\\%s%s\\SecureProtocols"):format(sid == "HKCU" and sid or "HKU\\" .. sid,
    policy and "Policies\\" or "", SETTINGS)
end

local function user_row(user, fallback, client)
  if user.policy ~= nil then
    return wininet_row("policy of " .. user.sid, user_key(user.sid, true), user.policy, fallback, client)
  end
  return wininet_row(user.sid, user_key(user.sid), user.value, fallback, client)
end

-- What holds for people without a value: the machine's in the first view, else Windows' own.
local function fallback_of(held, default)
  local value = held[1] and held[1].value
  if math.type(value) == "integer" then return { bits = value, own = "SecureProtocols of the machine is %s" } end
  if value ~= nil then return { why = "SecureProtocols of the machine is " .. set_text(value) } end
  return default
end

local function people(facts, client, default)
  local held, list = facts.layers.wininet, {}
  for _, row in ipairs(held.machine) do
    local who = #held.machine > 1 and ("without a setting, %d-bit"):format(row.view) or "without a setting"
    local made = wininet_row(who, MACHINE, row.value, default, client)
    made.view = row.view
    list[#list + 1] = made
  end
  local fallback = fallback_of(held.machine, default)
  for _, user in ipairs(held.users) do list[#list + 1] = user_row(user, fallback, client) end
  if held.unknown then -- a file with a user of its own is asked about that one
    local alone = #held.users == 0
    list[#list + 1] = layer_row.open({ layer = "wininet", who = alone and "each user" or "other users",
      where = user_key "*", set = "cannot tell", default = list[1].default, needs = NEEDS.wininet, counts = alone },
      layer_row.missing(held.unknown))
  end
  return list
end

local function wininet(facts, client, rows)
  local bits, doubt = wininet_default(facts)
  local default, policy = { bits = bits, why = not bits and doubt or nil, open = bits and doubt,
    own = "Windows' own default is %s" }, facts.layers.wininet.policy
  local branch = layer_row.unknown(policy)
  if policy == nil or branch then
    for _, row in ipairs(people(facts, client, default)) do
      rows[#rows + 1] = branch and layer_row.open(row, layer_row.missing(branch)) or row
    end
    return
  end
  local first = wininet_row("policy", POLICY, policy, default, client)
  rows[#rows + 1] = first
  for _, row in ipairs(people(facts, client, default)) do -- the policy wins
    row.note = "the policy " .. POLICY:match "^(.*)\\"
    row.offers, row.tls12, row.why, row.bits = first.offers, first.tls12, first.why, first.bits
    rows[#rows + 1] = row
  end
end

-- Every row, in the order in which a verdict looks at them: { layer = "schannel" | "winhttp" | "wininet" | "dotnet" |
-- "powershell" | "rdp" | "http_sys" | "sql", who, role, where, view, set, default, bits, offers = names, tls12 = "yes"
-- | "some" | "no" | "cannot tell" (whether a handshake of TLS 1.2 or later with a suite of today comes about), why it
-- does not, note, needs, counts = whether it is in use: true, false or "cannot tell" }. Layers of which the facts hold
-- nothing (layer_facts.read, only) have none.
function layers.rows(facts, client, server)
  local rows = {}
  schannel(facts, client, server, rows)
  local held = facts.layers
  if held.winhttp then winhttp(facts, client, rows) end
  if held.wininet then wininet(facts, client, rows) end
  if held.dotnet then require "tls.layers_dotnet".add(facts, client, rows) end
  if held.rdp then require "tls.layers_server".add(facts, client, server, rows) end
  return rows
end

return layers
