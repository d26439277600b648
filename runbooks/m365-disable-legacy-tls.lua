-- TLS 1.0 and 1.1 off, in an order that cuts nobody off: what this machine needs as a client, what would break, TLS 1.2
-- on for each role, then the old versions off, SSL first. Where the page is wrong stands in
-- docs/runbooks/m365-disable-legacy-tls.md.

local clients = require "steps.clients"
local endpoint = require "steps.endpoint"
local gates = require "steps.gates"
local log = require "log"
local needs = require "steps.needs"
local outcome = require "steps.outcome"
local products = require "steps.products"
local schannel = require "tls.schannel"
local schannel_step = require "steps.schannel"
local suites = require "steps.suites"
local system = require "system"
local wininet = require "steps.wininet"

local LEGACY = { "SSL 2.0", "SSL 3.0", "TLS 1.0", "TLS 1.1" }

local function applies()
  if system.is "6.1" and system.service_pack < 1 then
    return false, "TLS 1.2 needs updates that need Service Pack 1; install that first, then plan again"
  end
  local good, reason = schannel_step.applies()
  if not good then return false, reason .. ": nothing would be left if the old versions were off" end
  return true, "TLS 1.0 and 1.1 are on by default on every Windows that is released"
end

local function has(list, item)
  for _, one in ipairs(list) do
    if one == item then return true end
  end
  return false
end

-- Where somebody switched TLS 1.2 off in a role on purpose, that has to be settled first.
local function refuse_off(roles)
  for _, role in ipairs(roles) do
    local set, effect = schannel.state("TLS 1.2", role)
    if effect == "off" and not schannel.is_modern(role) then
      log.refuse(("blocked, nothing is switched off: TLS 1.2\\%s is off (%s), nothing would be left; run " ..
        "schannel-tls12 first"):format(role, set))
    end
  end
end

-- Answers whether that changes anything.
local function switch_off(params)
  local changed = false
  for _, role in ipairs { "Server", "Client" } do -- the clients' own way out goes last
    local list = {}
    for _, protocol in ipairs(LEGACY) do
      local is_there = schannel.release_default(protocol, role) ~= "ns"
      if has(params.roles, role) and has(params.protocols, protocol) and is_there then
        list[#list + 1], changed = protocol, changed or schannel.state(protocol, role) ~= "off"
      end
    end
    if #list > 0 then schannel.disable(list, role) end
  end
  return changed
end

local function run(params)
  refuse_off(params.roles)
  local items, blocked = gates.sort(gates.closed(params.roles), params.accept)
  gates.enforce(blocked)
  local client = { package = params.package, protocols = { "TLS 1.2" } }
  clients.run(client, items)
  for _, role in ipairs(params.roles) do schannel.ensure("TLS 1.2", role) end
  if has(params.roles, "Client") then wininet.run { "TLS 1.2" } end
  suites.report()
  products.report(params.roles)
  if switch_off(params) then products.report_restart() end
end

local function verify(params)
  local good, reason = outcome.verify(params.roles)
  if not good then return false, reason end
  for _, role in ipairs(params.roles) do
    for _, protocol in ipairs(params.protocols) do
      local _, effect = schannel.state(protocol, role)
      if effect ~= "off" and effect ~= "unsupported" then
        return false, ("%s\\%s is not off: %s"):format(protocol, role, effect or "cannot tell")
      end
    end
  end
  return clients.verify { protocols = { "TLS 1.2" } }
end

return {
  id = "m365-disable-legacy-tls",
  version = "1.0.0",
  title = "TLS 1.0 and 1.1 off, clients first",
  summary = "Prepares this machine as a client, installs what Remote Desktop and .NET 3.5 need, makes sure of TLS " ..
    "1.2 in each role, then switches SSL 2.0, SSL 3.0, TLS 1.0 and TLS 1.1 off: as server, then as client. Stops " ..
    "before the first change where something installed would break, unless `accept` names it.",
  references = {
    "https://support.microsoft.com/help/4057306",
    "https://learn.microsoft.com/windows-server/security/tls/tls-registry-settings",
    "https://learn.microsoft.com/troubleshoot/sql/database-engine/connect/tls-1-2-support-microsoft-sql-server",
  },
  params = {
    roles = { type = "string[]", default = { "Server", "Client" }, choices = { "Server", "Client" },
      help = "in which roles the old versions go; the order is always Server, Client" },
    protocols = { type = "string[]", default = LEGACY, choices = LEGACY, help = "what is switched off" },
    accept = { type = "string[]", default = {}, choices = gates.NAMES,
      help = "what may break: rdp, sql, drivers, dotnet, winhttp" },
    package = clients.PARAMS.package,
    endpoint = endpoint.PARAM,
  },
  needs = endpoint.needs(needs(clients.NEEDS, gates.NEEDS, products.NEEDS, suites.NEEDS, wininet.NEEDS)),
  applies = applies,
  run = endpoint.run(run),
  verify = endpoint.verify(verify),
}
