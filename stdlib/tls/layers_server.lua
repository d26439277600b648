-- The rows of tls.layers for what listens, and for what calls SQL Server: Remote Desktop, the bindings of http.sys,
-- instances and drivers of SQL Server. Pure. Source: ANS (S3) for Remote Desktop; DISLEG for the flags of a binding,
-- whose numbers are those of http.h; SQL.

local cipher_suites = require "tls.cipher_suites"
local handshake = require "tls.handshake"
local layer_row = require "tls.layer_row"
local protocols = require "tls.protocols"

local layers_server = {}

local TERMINAL = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Terminal Server"
local HTTP = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\HTTP\\Parameters\\SslBindingInfo\\"
local NEEDS = { rdp = "a restart of Windows or of its service", http_sys = "new connections",
  sql = "a restart of the instance", driver = "a new process: restart the program" }

-- { flag, what it takes away }
local DISABLE_TLS13, DISABLE_LEGACY, DISABLE_TLS12 = 0x40, 0x400, 0x1000
-- Builds that read them: TLS 1.3 came with Server 2022, the others with KB4490481 to Server 2019.
local FIRST, REVISION = 17763, 404

local function is_number(value) return math.type(value) == "integer" end

-- Lowers an answer: what an update, a setting or a build stands against. A no leaves the versions before TLS 1.2.
local function lower(row, answer, why)
  if row.tls12 == "no" or row.tls12 == answer then return end
  row.tls12, row.why = answer, why
  if answer ~= "no" then return end
  local left = {}
  for _, name in ipairs(row.offers) do
    if not protocols.is_modern(name) then left[#left + 1] = name end
  end
  row.offers = left
end

-- Why it is not known what a value is that has to be a number; nil where it is.
local function doubt_of(value, name)
  if value == nil or is_number(value) then return nil end
  local branch = layer_row.unknown(value)
  return branch and layer_row.missing(branch) or ("%s is no REG_DWORD"):format(name)
end

-- Encryption of its own, without TLS, where the security layer is 0 and no network level authentication is asked for.
local function without_tls(row, held)
  local layer, doubt = held.SecurityLayer, doubt_of(held.SecurityLayer, "SecurityLayer")
  if layer ~= 0 and not doubt or held.UserAuthentication == 1 then return end
  doubt = doubt or doubt_of(held.UserAuthentication, "UserAuthentication")
  if doubt then return lower(row, "cannot tell", doubt) end
  lower(row, "no", "SecurityLayer is 0: Remote Desktop encrypts by itself, without TLS")
  row.offers = {}
end

local function rdp(facts, server, rows)
  local held = facts.layers.rdp
  local denied, update = held.fDenyTSConnections, held.update
  local row = { layer = "rdp", who = "Remote Desktop", where = TERMINAL, needs = NEEDS.rdp, counts = denied == 0,
    set = is_number(denied) and "fDenyTSConnections = " .. denied or "cannot tell", default = "" }
  if not is_number(denied) then row.counts = "cannot tell" end
  layer_row.judge(row, server)
  if update and update.there ~= true then
    lower(row, update.there == "unknown" and "cannot tell" or "no", (update.there == "unknown"
      and "cannot tell whether %s is there, without which Remote Desktop takes only TLS 1.0 (mark S3)"
      or "without %s Remote Desktop takes only TLS 1.0 (mark S3)"):format(update.kb))
  end
  without_tls(row, held)
  if row.counts then rows[#rows + 1] = row end
end

-- What a binding leaves of a side: a side with fewer versions and suites.
local function limited(side, flags)
  local result = setmetatable({ versions = {}, suites = {} }, { __index = side })
  local legacy = flags & DISABLE_LEGACY ~= 0
  for name, version in pairs(side.versions) do
    local off = legacy and (name:find "^SSL" or name == "TLS 1.0" or name == "TLS 1.1")
      or flags & DISABLE_TLS12 ~= 0 and name == "TLS 1.2" or flags & DISABLE_TLS13 ~= 0 and name == "TLS 1.3"
    result.versions[name] = off and version.state ~= "not supported"
      and { state = "off", why = ("DefaultFlags of the binding is %s"):format(("0x%X"):format(flags)) } or version
  end
  for _, row in ipairs(side.suites) do
    local suite = cipher_suites.of(row.name)
    if not legacy or suite.mac == "AEAD" and suite.kex ~= "RSA" then
      result.suites[#result.suites + 1] = row
    end
  end
  return result
end

local ALL = DISABLE_LEGACY | DISABLE_TLS12 | DISABLE_TLS13

-- Whether this Windows reads the flags: true, false, or nil.
local function reads(facts)
  if not facts.build then return nil end
  if facts.build ~= FIRST then return facts.build > FIRST end
  if not is_number(facts.revision) then return nil end
  return facts.revision >= REVISION
end

local function binding(facts, held, server)
  local flags = held.flags
  local row = { layer = "http_sys", who = held.binding, where = HTTP .. held.binding, needs = NEEDS.http_sys,
    counts = true, default = "0x0", set = flags == nil and "absent" or is_number(flags) and ("0x%X"):format(flags)
      or "malformed: no REG_DWORD" }
  if flags == nil or is_number(flags) and flags & ALL == 0 then return layer_row.judge(row, server) end
  if not is_number(flags) then
    row.role = "Server"
    local branch = layer_row.unknown(flags)
    return layer_row.open(row, branch and layer_row.missing(branch) or ("%s is no REG_DWORD"):format "DefaultFlags")
  end
  if reads(facts) == false then
    row.note = "this Windows does not know the flags that limit versions"
    return layer_row.judge(row, server)
  end
  layer_row.judge(row, limited(server, flags))
  if reads(facts) == nil and row.tls12 ~= handshake.offer(server).modern then
    row.tls12, row.why = "cannot tell", ("cannot tell whether %s is there"):format "KB4490481"
  end
  return row
end

local function instances(facts, server, rows)
  for _, held in ipairs(facts.layers.sql.instances) do
    local row = layer_row.judge({ layer = "sql", who = "instance " .. held.name, needs = NEEDS.sql, counts = true,
      where = "HKLM\\SOFTWARE\\Microsoft\\Microsoft SQL Server", set = held.version or "cannot tell", default = "" },
      server)
    if held.capable ~= true then lower(row, held.capable == false and "no" or "cannot tell", held.text) end
    rows[#rows + 1] = row
  end
end

-- What is installed or named by a data source is in use: programs may name a driver themselves.
local function drivers(facts, client, rows)
  for _, held in ipairs(facts.layers.sql.drivers) do
    local row = layer_row.judge({ layer = "sql", who = held.source and "data source " .. held.source or held.name,
      needs = NEEDS.driver, counts = true, where = "HKLM\\SOFTWARE\\ODBC", set = held.version or "cannot tell",
      default = "" }, client)
    if held.capable ~= true then lower(row, held.capable == false and "no" or "cannot tell", held.text) end
    rows[#rows + 1] = row
  end
end

-- What a file does not tell of may be there. Of what listens that is a question on servers alone.
local function untold(facts, rows)
  local missing = facts.layers.untold or {}
  for _, place in ipairs { { "http_sys", "bindings", "Server" }, { "instances", "instances", "Server" },
    { "drivers", "drivers", "Client" } } do
    local branch = missing[place[1]]
    if branch and (place[3] == "Client" or facts.server ~= false) then
      rows[#rows + 1] = layer_row.open({ layer = place[1] == "http_sys" and place[1] or "sql", who = place[2],
        role = place[3], where = branch, set = "cannot tell", default = "", needs = NEEDS.driver,
        counts = "cannot tell" }, layer_row.missing(branch))
    end
  end
end

function layers_server.add(facts, client, server, rows)
  rdp(facts, server, rows)
  for _, held in ipairs(facts.layers.http_sys) do rows[#rows + 1] = binding(facts, held, server) end
  instances(facts, server, rows)
  drivers(facts, client, rows)
  untold(facts, rows)
end

return layers_server
