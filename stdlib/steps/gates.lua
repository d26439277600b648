-- What would break when TLS 1.0 and 1.1 are switched off, and what has to be there first. Each gate has a name by
-- which a person may accept the damage. Reads only; the updates that open a gate are items for steps.updates. Source:
-- SQL, SQLCHECK; ANS (S3) for Remote Desktop, RDPDOC for its switch; DOTNET-TLS; OPT.

local dotnet = require "tls.dotnet"
local hotfix = require "hotfix"
local log = require "log"
local registry = require "registry"
local sql_clients = require "windows.sql_clients"
local sql_server = require "windows.sql_server"
local system = require "system"
local winhttp_step = require "steps.winhttp"

local TERMINAL = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Terminal Server"
local TERMINAL_POLICY = "HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows NT\\Terminal Services"

local gates = {}

gates.NAMES = { "rdp", "sql", "drivers", "dotnet", "winhttp" }
gates.RDP_UPDATES = { ["6.0"] = "KB4074621", ["6.1"] = "KB3080079" }
gates.NEEDS = { reads = { TERMINAL, TERMINAL_POLICY, sql_server.KEY }, updates = { "KB3080079", "KB4074621" } }
for _, key in ipairs(sql_clients.READS) do table.insert(gates.NEEDS.reads, key) end

-- Whether somebody can come in by Remote Desktop; nil, and taken for yes, where the machine does not say.
local function remote_desktop()
  local denied = registry.get(TERMINAL_POLICY, "fDenyTSConnections")
  if denied == nil then denied = registry.get(TERMINAL, "fDenyTSConnections") end
  if denied == nil then return nil end
  return denied == 0
end

-- Remote Desktop accepts TLS 1.1 and 1.2 on 2008 SP2, 7 and 2008 R2 only with an update.
local function rdp(roles)
  local kb = gates.RDP_UPDATES[tostring(system.nt)]
  if not kb or not roles.Server or hotfix.examine(kb) == true then return {} end
  if remote_desktop() == false then
    log.finding(("Remote Desktop is switched off here; if it is ever switched on, it needs %s first"):format(
      kb))
    return {}
  end
  return { { name = "rdp", kb = kb,
    text = ("Remote Desktop cannot be reached any more without %s (mark S3)"):format(kb) } }
end

local function sql()
  local list = {}
  for _, instance in ipairs(sql_server.instances()) do
    local capable, text = nil, "the machine does not tell its version"
    if instance.version then capable, text = sql_server.capable(instance.version) end
    if not capable then
      list[#list + 1] = { name = "sql", text = ("instance %s: %s (mark %s)"):format(instance.name, text,
        sql_server.mark) }
    else
      log.info(("instance %s: %s"):format(instance.name, text))
    end
  end
  return list
end

-- Drivers that call a SQL Server. One that a data source names is in the way; one that is only there is told.
local function drivers(roles)
  local list = {}
  for _, driver in ipairs(roles.Client and sql_clients.drivers() or {}) do
    if driver.capable then
      log.info(driver.why)
    elseif driver.in_use then
      list[#list + 1] = { name = "drivers", text = ("data source %s: %s"):format(driver.in_use[1], driver.why) }
    else
      log.finding(("%s; no data source names it, but a program may"):format(driver.why))
    end
  end
  return list
end

local function dotnet_gate(roles)
  local list = {}
  for _, row in ipairs(roles.Client and dotnet.obstacles() or {}) do
    list[#list + 1] = { name = "dotnet", kb = row.kb, text = row.text }
  end
  return list
end

-- Where WinHTTP's default cannot be changed, its programs have only what is to be switched off.
local function winhttp_gate(roles)
  local applies, reason = winhttp_step.applies()
  if applies or not roles.Client then return {} end
  return { { name = "winhttp", text = "programs that use WinHTTP would be cut off: " .. reason } }
end

-- Everything that stands in the way for these roles, accepted or not: { name, text, kb or nil }. What an update can
-- mend has `kb`.
function gates.closed(roles)
  local asked, list = {}, {}
  for _, role in ipairs(roles) do asked[role] = true end
  for _, gate in ipairs { rdp, sql, drivers, dotnet_gate, winhttp_gate } do
    for _, row in ipairs(gate(asked)) do list[#list + 1] = row end
  end
  return list
end

-- Sorts what is closed: items for steps.updates, and what only a person can settle. What is accepted by name is told.
function gates.sort(closed, accepted)
  local accept, items, blocked = {}, {}, {}
  for _, name in ipairs(accepted or {}) do accept[name] = true end
  for _, row in ipairs(closed) do
    if accept[row.name] then
      log.finding(("accepted as %q: %s"):format(row.name, row.text))
    elseif row.kb then
      items[#items + 1] = { kb = row.kb, why = row.text }
    else
      blocked[#blocked + 1] = row
    end
  end
  return items, blocked
end

-- Stops the run where something is blocked, with every reason and the way out.
function gates.enforce(blocked)
  if #blocked == 0 then return end
  local texts, names, seen = {}, {}, {}
  for _, row in ipairs(blocked) do
    texts[#texts + 1] = row.text
    if not seen[row.name] then names[#names + 1], seen[row.name] = row.name, true end
  end
  log.refuse(("blocked, nothing is switched off: %s. Mend that first, or accept it by name: accept=%s"):format(
    table.concat(texts, "; "), table.concat(names, ",")))
end

return gates
