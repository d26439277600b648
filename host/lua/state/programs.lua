-- What programs get of TLS by themselves: WinHTTP and .NET by view, WinINET by owner. The second half of `state`,
-- which hands over the rows of Schannel: what Schannel has off, nobody offers. Reads only.

local dotnet = require "tls.dotnet"
local protocols = require "tls.protocols"
local registry = require "registry"
local system = require "system"
local winhttp = require "tls.winhttp"
local wininet = require "tls.wininet"

local programs = {}

-- What makes a change of a layer count.
local NEEDS = {
  winhttp = "a new process: restart the program",
  wininet = "a new session: restart the program",
  dotnet = "a new process: restart the program",
}

-- A field of the row of a protocol as client.
local function client(rows, protocol, field)
  for _, row in ipairs(rows) do
    if row.protocol == protocol and row.role == "Client" then return row[field] end
  end
end
programs.client = client

local function blocked(rows)
  return "Schannel: TLS 1.2 as client is " .. (client(rows, "TLS 1.2", "now") or "cannot tell")
end

-- What Schannel makes of a protocol that a program asks for. WinHTTP names its protocols, so that DisabledByDefault
-- does not stop it, only Enabled=0 does (SP13, SP16). What the release itself has off stays off: SSL 3.0 "fails in
-- Schannel" (OPT), and 7 and 2008 R2 need the values for TLS 1.1 and 1.2 (KB3140245).
local function granted(rows, protocol, field, named)
  local effect = client(rows, protocol, field)
  return named and effect == "on request" and client(rows, protocol, "default") == "on" and "on" or effect
end

-- Protocols of a bit field that a client of this machine can use: names, and whether a modern one is among them. nil:
-- it is not known which bits count.
local function offers(bits, rows, field, named)
  if not bits then return { "cannot tell" }, "cannot tell" end
  local names, modern, doubt = {}, false, false
  for _, row in ipairs(winhttp.BITS) do
    local effect = bits & row.bit ~= 0 and granted(rows, row.name, field, named)
    if effect == "on" then
      names[#names + 1] = row.name
      modern = modern or row.era == "modern"
    elseif effect == "cannot tell" then
      doubt = true
    end
  end
  return names, modern and "yes" or doubt and "cannot tell" or "no"
end

-- Fills what the bits of now and of after the next restart come to.
local function judge(row, now, after, rows, named)
  row.bits = now
  row.now, row.tls12 = offers(now, rows, "now", named)
  row.after_restart, row.tls12_after_restart = offers(after or now, rows, "after_restart", named)
  if now and now & protocols.ERAS.modern ~= 0 and row.tls12 == "no" then row.override = blocked(rows) end
  return row
end

local function bits_text(bits)
  return bits and ("0x%X (%s)"):format(bits, winhttp.names(bits)) or "cannot tell"
end

-- What is read of a value that is set: the bits now, the bits after a restart where they differ, and what stands
-- against it.
local function read_bits(set, default, update)
  if system.nt < "6.1" then return nil, nil, "no source says that this Windows reads the value" end
  if not update or update.covered == "yes" then return set end
  if update.covered == "no" and update.pending then return default, set, update.kb .. " waits for a restart" end
  if update.covered == "no" then return default, nil, "the value is not read without " .. update.kb end
  return nil, nil, "cannot tell whether " .. update.kb .. " is there, without which the value is not read"
end

function programs.winhttp(rows, update)
  local result, views = {}, winhttp.views()
  local default = winhttp.release_default()
  for _, view in ipairs(views) do
    local value = winhttp.current(view)
    local row = { who = #views > 1 and ("%d-bit"):format(view) or "all", view = view, set = value.text,
      where = winhttp.KEY .. "\\" .. winhttp.VALUE, default = bits_text(default), needs = NEEDS.winhttp }
    local now, after, override = default, nil, nil
    if value.present and value.ignored then
      override = "the value cannot be used and is ignored"
    elseif value.present then
      now, after, override = read_bits(value.bits, default, update)
    end
    judge(row, now, after, rows, true)
    row.override = override or row.override
    result[#result + 1] = row
  end
  return result
end

local function wininet_row(who, key, value, rows, default)
  return judge({ who = who, where = key .. "\\" .. wininet.VALUE, set = value.text, default = bits_text(default),
    needs = NEEDS.wininet }, value.bits or default, nil, rows)
end

-- People: those that have no setting of their own, by view, and each whose registry is loaded.
local function people(rows, owner, result)
  local default = wininet.release_default()
  local views, fallback = registry.views(wininet.MACHINE), default
  for index, view in ipairs(views) do
    local value = wininet.current(wininet.MACHINE, view)
    if index == 1 then fallback = value.bits or default end
    local who = #views > 1 and ("without a setting, %d-bit"):format(view) or "without a setting"
    local row = wininet_row(who, wininet.MACHINE, value, rows, default)
    row.view = view
    result[#result + 1] = row
  end
  for _, sid in ipairs(wininet.users() or {}) do
    local key, value = wininet.policy(sid)
    if key and key ~= owner then
      result[#result + 1] = wininet_row("policy of " .. sid, key, value, rows, fallback)
    else
      key = wininet.user_key(sid)
      result[#result + 1] = wininet_row(sid, key, wininet.current(key), rows, fallback)
    end
  end
end

function programs.wininet(rows)
  local result = {}
  local owner, policy = wininet.policy()
  local first = owner and wininet_row("policy", owner, policy, rows, wininet.release_default())
  if first then result[1] = first end
  people(rows, owner, result)
  for index = first and 2 or #result + 1, #result do -- the policy wins
    local row = result[index]
    row.override = "the policy " .. owner
    for _, field in ipairs { "now", "tls12", "after_restart", "tls12_after_restart" } do row[field] = first[field] end
  end
  return result
end

-- Whether a runtime's programs get TLS 1.2 that do not choose themselves; "some": by what the program was built for.
local function dotnet_effect(runtime, versions, strong, twelve)
  if versions == "on" or strong == "on" and runtime == "v4.0.30319" then
    return twelve == "on" and "yes" or twelve == "cannot tell" and twelve or "no"
  end
  if runtime == "v2.0.50727" or versions == "off" or strong == "off" or twelve ~= "on" then return "no" end
  return "some"
end

local function explain(runtime, versions, strong)
  if versions == "on" then return "what Windows chooses" end
  if runtime == "v2.0.50727" then return "SSL 3.0, TLS 1.0" end
  if strong == "on" then return "TLS 1.0, TLS 1.1, TLS 1.2" end
  if versions == "off" or strong == "off" then return "what .NET 4.5 did, whatever the program was built for" end
  return "TLS 1.2 if built for 4.6 or later, else SSL 3.0, TLS 1.0"
end

local function dotnet_row(runtime, view, rows, obstacle)
  local versions = dotnet.state(runtime, "SystemDefaultTlsVersions", view)
  local strong = dotnet.state(runtime, "SchUseStrongCrypto", view)
  local row = { view = view, runtime = runtime, where = dotnet.path(runtime), needs = NEEDS.dotnet,
    set = versions == "default" and strong == "default" and "absent"
      or ("SystemDefaultTlsVersions %s, SchUseStrongCrypto %s"):format(versions, strong),
    default = explain(runtime, "default", "default"), now = { explain(runtime, versions, strong) },
    tls12 = dotnet_effect(runtime, versions, strong, client(rows, "TLS 1.2", "now")),
    tls12_after_restart = dotnet_effect(runtime, versions, strong, client(rows, "TLS 1.2", "after_restart")) }
  row.after_restart = row.now
  if obstacle then
    row.override = obstacle.text
    if row.tls12 == "yes" then row.tls12 = obstacle.missing and "no" or "cannot tell" end
    if row.tls12_after_restart == "yes" then row.tls12_after_restart = obstacle.missing and "no" or "cannot tell" end
  elseif row.tls12 == "no" and (versions == "on" or strong == "on") then
    row.override = blocked(rows)
  end
  return row
end

function programs.dotnet(rows)
  local result, installed, obstacles = {}, dotnet.installed(), {}
  for _, obstacle in ipairs(dotnet.obstacles()) do obstacles[obstacle.runtime] = obstacle end
  for _, runtime in ipairs(dotnet.RUNTIMES) do
    local version = runtime == "v2.0.50727" and installed.v2 or runtime == "v4.0.30319" and installed.v4 or nil
    local views = version and registry.views(dotnet.path(runtime)) or {}
    for _, view in ipairs(views) do
      local row = dotnet_row(runtime, view, rows, obstacles[runtime])
      row.who = #views > 1 and (".NET %s, %d-bit"):format(version, view) or ".NET " .. version
      result[#result + 1] = row
    end
  end
  return result
end

return programs
