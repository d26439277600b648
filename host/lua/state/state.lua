-- The effective TLS state of a machine: what Schannel does with each protocol in each role, what programs and
-- listeners get of it layer by layer (tls.layers), which suites and curves are left, what deserves attention
-- (state.findings), and the verdict (tls.verdict); now, and after a restart. Everything is judged by the one model,
-- tls.handshake. Reads only. `tlsmend state` prints it (state.report).

local advice = require "state.advice"
local facts = require "tls.facts"
local findings = require "state.findings"
local handshake = require "tls.handshake"
local hotfix = require "hotfix"
local layer_facts = require "tls.layer_facts"
local layers = require "tls.layers"
local marks = require "state.marks"
local protocols = require "tls.protocols"
local reboot = require "reboot"
local schannel = require "tls.schannel"
local suites = require "state.suites"
local system = require "system"
local verdict = require "tls.verdict"

local state = {}

local SCHANNEL_UPDATE, WINHTTP_UPDATE = "KB4019276", "KB3140245"

-- What makes a change of Schannel count.
local NEEDS = "new credentials: restart the program or its service; long-lived services at the next restart"

local DEFAULT = { on = "on", off = "on request", ns = "not supported" }

-- What the model says of a machine at one time: the facts, both sides, the rows of the layers, the verdict.
local function look(after_restart)
  local view = { facts = facts.read { after_restart = after_restart } }
  view.facts.layers = layer_facts.read { after_restart = after_restart }
  view.client, view.server = handshake.side(view.facts, "Client"), handshake.side(view.facts, "Server")
  view.rows = layers.rows(view.facts, view.client, view.server)
  view.verdict = verdict.of(view.rows)
  return view
end

-- Whether an update that decides something waits for a restart.
local function waits(view)
  local held = view.facts.layers
  for kb, there in pairs(view.facts.updates) do
    if there ~= true and hotfix.pending(kb) then return true end
  end
  for _, update in ipairs { held.winhttp.update or false, held.rdp.update or false, held.dotnet.v2_needs or false } do
    if update and update.kb and update.there ~= true and hotfix.pending(update.kb) then return true end
  end
  return false
end

local function values(held)
  local result = {}
  for _, name in ipairs { "Enabled", "DisabledByDefault" } do
    local value = held[name]
    if math.type(value) == "integer" then
      result[#result + 1] = { name = name, data = value, text = tostring(value) }
    elseif value ~= nil and not (type(value) == "table" and value.unknown) then
      local kind = type(value) == "string" and "REG_SZ" or value.malformed or "REG_MULTI_SZ"
      result[#result + 1] = { name = name, text = ("malformed (%s)"):format(kind) }
    end
  end
  return result
end

-- A row of a protocol in a role, by the model now and after a restart.
local function schannel_row(protocol, role, now, after)
  local held = now.facts.protocols[protocol][role]
  local side = role == "Client" and "client" or "server"
  local function data(name)
    local value = held[name]
    if value == nil then return nil end
    return math.type(value) == "integer" and value or false
  end
  local default = schannel.release_default(protocol, role)
  local version = now[side].versions[protocol]
  return { protocol = protocol, role = role, where = schannel.path(protocol, role), values = values(held),
    set = (protocols.effect(default, data "Enabled", data "DisabledByDefault")),
    default = DEFAULT[default or ""] or "cannot tell", now = version.state, why = version.why,
    after_restart = after[side].versions[protocol].state, needs = NEEDS }
end

local function schannel_rows(now, after)
  local rows = {}
  for _, protocol in ipairs(schannel.PROTOCOLS) do
    for _, role in ipairs(schannel.ROLES) do
      rows[#rows + 1] = schannel_row(protocol, role, now, after)
    end
  end
  return rows
end

-- The rows of a layer, now and after a restart in one.
local function layer_rows(layer, now, after)
  local list = {}
  for index, row in ipairs(now.rows) do
    if row.layer == layer then
      local later = after.rows[index]
      local waiting = row.note and not later.note and row.note:match "(KB%d+)$"
      list[#list + 1] = { who = row.who, role = row.role, view = row.view, runtime = row.runtime, where = row.where,
        set = row.set, default = row.default, needs = row.needs, bits = later.bits or row.bits, counts = row.counts,
        override = waiting and waiting .. " waits for a restart" or row.note, now = row.offers, perhaps = row.perhaps,
        after_restart = later.offers, tls12 = row.tls12, tls12_after_restart = later.tls12, why = row.why,
        why_after_restart = later.why }
    end
  end
  return list
end

-- A side for the reader: versions by name, suites in order, what is lost, curves, signature algorithms.
local function side_of(side)
  local versions = {}
  for _, name in ipairs(protocols.NAMES) do
    local row = side.versions[name]
    versions[#versions + 1] = { version = name, state = row.state, why = row.why }
  end
  return { role = side.role, versions = versions, owner = side.owner, owner_why = side.owner_why,
    suites = suites.in_order(side), lost = side.lost, groups = side.groups,
    signature_algorithms = side.signature_algorithms }
end

local function update_state(kb)
  local covered, evidence = hotfix.examine(kb)
  return { kb = kb, covered = covered == nil and "cannot tell" or covered and "yes" or "no",
    pending = hotfix.pending(kb) or false, evidence = evidence }
end

local function updates()
  local list = {}
  if system.row and system.row.schannel_updated then list[1] = update_state(SCHANNEL_UPDATE) end
  if system.nt >= "6.1" and system.nt < "6.3" then list[#list + 1] = update_state(WINHTTP_UPDATE) end
  return list
end

-- Everything, as one table; `about` is what the host knows (spec, and lines on keys that nobody reads).
function state.read(about)
  local now = look(false)
  local after = waits(now) and look(true) or now
  local result = { schema = "tlsmend-state/1", machine = { spec = about.spec, name = system.describe(),
    exact = system.exact or false }, restart_pending = reboot.pending(), updates = updates(),
    schannel = schannel_rows(now, after), client = side_of(now.client), server = side_of(now.server),
    suites = suites.order(now), fips = suites.fips(now), verdict = now.verdict,
    result = now.verdict.result, after_restart = after.verdict.result }
  if after ~= now then result.verdict_after_restart = after.verdict end
  for layer, field in pairs { schannel = "schannel_layer", winhttp = "winhttp", wininet = "wininet", dotnet = "dotnet",
    powershell = "powershell", rdp = "rdp", http_sys = "http_sys", sql = "sql" } do
    result[field] = layer_rows(layer, now, after)
  end
  result.next = advice.of(result)
  result.findings = findings.of(now)
  for _, text in ipairs(about.unread or {}) do result.findings[#result.findings + 1] = { text = text } end
  result.marks = marks.of(result)
  return result
end

return state
