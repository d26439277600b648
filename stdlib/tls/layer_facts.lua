-- What a machine holds that decides which versions its programs and listeners ask Schannel for: values as they stand,
-- in one plain table beside those of tls.facts. tls.layers makes of both what each of them gets, and needs no machine.
-- How a value is written: tls.facts. Source of the keys: OPT, IEPOL, DOTNET-TLS, DISLEG; Terminal Server and
-- PowerShell are general knowledge (G).

local below = require "windows.below"
local dotnet = require "tls.dotnet"
local facts = require "tls.facts"
local hotfix = require "hotfix"
local registry = require "registry"
local sql_clients = require "windows.sql_clients"
local sql_server = require "windows.sql_server"
local system = require "system"
local winhttp = require "tls.winhttp"
local wininet = require "tls.wininet"

local layer_facts = {}

layer_facts.TERMINAL = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Terminal Server"
layer_facts.TERMINAL_POLICY = "HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows NT\\Terminal Services"
layer_facts.HTTP = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\HTTP\\Parameters"
layer_facts.POWERSHELL = "HKLM\\SOFTWARE\\Microsoft\\PowerShell"

-- The updates that decide what a layer does, by NT version.
local WINHTTP = { ["6.1"] = "KB3140245", ["6.2"] = "KB3140245" }
local RDP = { ["6.0"] = "KB4074621", ["6.1"] = "KB3080079" }

-- { kb, there = true | false | "unknown" }; nil where no update is needed.
local function update(kb, after_restart)
  if not kb then return nil end
  local there = hotfix.examine(kb)
  if there == nil then there = "unknown" end
  if after_restart and there ~= true and hotfix.pending(kb) then there = true end
  return { kb = kb, there = there }
end

-- A value in each view that its key has: { view, value } each.
local function by_view(key, name)
  local list = {}
  for _, view in ipairs(registry.views(key)) do
    list[#list + 1] = { view = view, value = facts.value(key, name, view) }
  end
  return list
end

-- People whose settings are there, and how many are not signed in. `unknown`: the branch that would hold the others.
local function people()
  local loaded, absent, unknown = wininet.users()
  local list = {}
  for _, sid in ipairs(loaded or {}) do
    list[#list + 1] = { sid = sid, value = facts.value(wininet.user_key(sid), wininet.VALUE),
      policy = facts.value(wininet.user_policy(sid), wininet.VALUE) }
  end
  return list, #absent, unknown
end

local function read_wininet()
  local users, absent, unknown = people()
  return { explorer = wininet.explorer(), policy = facts.value(wininet.POLICY, wininet.VALUE),
    machine = by_view(wininet.MACHINE, wininet.VALUE), users = users, absent = absent, unknown = unknown }
end

-- What .NET 2.0 and 3.5 need of Windows: { kb, there } or { never = why }.
local function needs_v2(after_restart)
  local kb, reason = dotnet.needs_v2()
  if kb == nil then return { never = reason } end
  return update(kb or nil, after_restart)
end

local function read_dotnet(after_restart)
  local result = dotnet.installed()
  result.values = {}
  for _, runtime in ipairs(dotnet.RUNTIMES) do
    local key = dotnet.path(runtime)
    for _, view in ipairs(registry.views(key)) do
      local row = { runtime = runtime, view = view }
      for _, name in ipairs(dotnet.VALUES) do row[name] = facts.value(key, name, view) end
      result.values[#result.values + 1] = row
    end
  end
  result.unknown = not result.v4 and registry.unknown(dotnet.SETUP .. "\\v4\\Full")
    or not result.v2 and registry.unknown(dotnet.SETUP .. "\\v3.5") or nil
  if result.v2 then result.v2_needs = needs_v2(after_restart) end
  return result
end

-- Remote Desktop: what the policy says, else what the machine does.
local function read_rdp(after_restart)
  local result = { update = update(RDP[tostring(system.nt)], after_restart) }
  local places = { fDenyTSConnections = layer_facts.TERMINAL,
    SecurityLayer = layer_facts.TERMINAL .. "\\WinStations\\RDP-Tcp",
    UserAuthentication = layer_facts.TERMINAL .. "\\WinStations\\RDP-Tcp" }
  for name, key in pairs(places) do
    result[name] = facts.value(layer_facts.TERMINAL_POLICY, name)
    if result[name] == nil then result[name] = facts.value(key, name) end
  end
  return result
end

-- The bindings of http.sys: { binding, flags } each, sorted.
local function bindings()
  local list = {}
  for _, place in ipairs { "SslBindingInfo", "SslSniBindingInfo", "SslCcsBindingInfo" } do
    local key = layer_facts.HTTP .. "\\" .. place
    for _, name in ipairs(registry.keys(key) or {}) do
      local path = below(key, name)
      if path then list[#list + 1] = { binding = name, flags = facts.value(path, "DefaultFlags") } end
    end
  end
  return list
end

-- Instances of SQL Server, each with what windows.sql_server knows of its build.
local function instances()
  local list = {}
  for _, instance in ipairs(sql_server.instances()) do
    local capable, text = nil, "the machine does not tell its version"
    if instance.version then capable, text = sql_server.capable(instance.version) end
    if capable == nil then capable = "unknown" end
    list[#list + 1] = { name = instance.name, version = instance.version, capable = capable, text = text }
  end
  return list
end

-- The drivers that call SQL Server, each with what windows.sql_clients knows of its build.
local function drivers()
  local list = {}
  for _, driver in ipairs(sql_clients.drivers()) do
    local capable = driver.capable
    if capable == nil then capable = "unknown" end
    list[#list + 1] = { name = driver.name, version = driver.version, capable = capable, text = driver.why,
      source = driver.in_use and driver.in_use[1] }
  end
  return list
end

-- Windows PowerShell: { version, runtime } each. The engine of 3.0 to 5.1 calls its key 3.
local function powershell()
  local list = {}
  for _, row in ipairs { { "1", "v2.0.50727" }, { "3", "v4.0.30319" } } do
    local key = ("%s\\%s\\PowerShellEngine"):format(layer_facts.POWERSHELL, row[1])
    local version = registry.get(key, "PowerShellVersion")
    if type(version) == "string" then list[#list + 1] = { version = version, runtime = row[2] } end
  end
  return list
end

local READ = {
  winhttp = function(after_restart)
    return { values = by_view(winhttp.KEY, winhttp.VALUE),
      update = update(WINHTTP[tostring(system.nt)], after_restart) }
  end,
  wininet = read_wininet, dotnet = read_dotnet, powershell = powershell, rdp = read_rdp, http_sys = bindings,
  sql = function() return { instances = instances(), drivers = drivers() } end,
  -- The branches that a file lacks in which more of these would stand.
  untold = function()
    return { http_sys = registry.unknown(layer_facts.HTTP), instances = registry.unknown(sql_server.KEY),
      drivers = registry.unknown(sql_clients.KEY) }
  end,
}

-- Everything; after_restart: as in facts.read. only: a list of names of layers, where only their rows are wanted.
function layer_facts.read(options)
  local after_restart, only, result = options and options.after_restart, options and options.only, {}
  for name, read in pairs(READ) do
    local wanted = not only
    for _, one in ipairs(only or {}) do wanted = wanted or one == name end
    if wanted then result[name] = read(after_restart) end
  end
  return result
end

return layer_facts
