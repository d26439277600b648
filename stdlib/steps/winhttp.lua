-- The step for WinHTTP: KB3140245 where it is needed, the value in every view, Schannel as client. The runbook
-- winhttp-tls12 is this step alone; others have it among theirs.

local hotfix = require "hotfix"
local log = require "log"
local protocols = require "tls.protocols"
local registry = require "registry"
local schannel = require "tls.schannel"
local system = require "system"
local updates = require "steps.updates"
local winhttp = require "tls.winhttp"

local KB = "KB3140245"

local step = { KB = KB, NEEDS = { registry = { winhttp.KEY, schannel.KEY }, updates = { KB }, reboot = true } }

-- What the plan says of the update, for step.updates.
step.ITEM = { kb = KB, why = "without KB3140245 WinHTTP ignores DefaultSecureProtocols and offers SSL 3.0 and TLS " ..
  "1.0 only",
  restart = "KB3140245 replaces winhttp.dll and webio.dll, which are in use until Windows restarts" }

-- Up to 8 and Server 2012, WinHTTP has no TLS 1.1 and 1.2 by default and reads the value only with KB3140245.
function step.needs_update() return system.nt < "6.3" end

function step.applies()
  if system.nt < "6.0" then return false, "Windows before Vista has no TLS 1.2" end
  if system.nt < "6.1" then
    return false, "KB3140245 is not made for " .. system.name ..
      ": its Schannel gets TLS 1.2 by KB4019276 (Service Pack 2), and whether its WinHTTP reads the value is not known"
  end
  if system.nt < "6.2" and system.service_pack < 1 then
    return false, "KB3140245 needs Service Pack 1; install that first, then plan again"
  end
  if system.is "6.2" and system.server == nil then
    return false, "cannot tell Windows 8 (no update exists) from Server 2012: the machine has no ProductType"
  end
  if system.is "6.2" and not system.server and not (system.edition or ""):find "^Embedded" then
    return false, "KB3140245 was not made for Windows 8; move to Windows 8.1 or later, where WinHTTP has TLS 1.2"
  end
  if step.needs_update() then
    return true, "WinHTTP of this release has TLS 1.1 and 1.2 only with KB3140245 and a value"
  end
  return true, "TLS 1.2 is built in; only a setting that takes it away is mended"
end

-- TLS 1.0 and 1.1 that somebody switched off stay off: a machine that has TLS 1.2 needs neither.
local function is_legacy(protocol) return protocols.era(protocol) == "legacy" end

local function switch_on(protocol)
  local _, effect = schannel.state(protocol, "Client")
  if is_legacy(protocol) and effect == "off" then
    log.finding(("Schannel: %s\\Client is switched off and stays so"):format(protocol))
  elseif step.needs_update() and protocol ~= "TLS 1.0" then -- 1.0 is on by default everywhere
    return schannel.enable(protocol, "Client")
  elseif not is_legacy(protocol) then
    return schannel.ensure(protocol, "Client")
  end
  return false
end

-- params: protocols, package, sha256, exact. Answers whether that changes a value.
function step.run(params)
  if winhttp.bits(params.protocols) & protocols.ERAS.modern == 0 then
    log.refuse 'the parameter protocols must hold "TLS 1.2" or "TLS 1.3"'
  end
  if step.needs_update() then updates.bring({ step.ITEM }, { from = params.package, sha256 = params.sha256 }) end
  local set = params.exact and winhttp.default_protocols or winhttp.mend_protocols
  local changed = set(params.protocols)
  for _, protocol in ipairs(params.protocols) do changed = switch_on(protocol) or changed end
  if changed then log.info "programs that are running use the new settings after their own restart" end
  return changed
end

-- By effect, as far as a registry and file versions can show it: the update, each view, each protocol.
function step.verify(params)
  if step.needs_update() and hotfix.covers(KB) == false then
    return false, "KB3140245 is not effective: see %windir%\\Logs\\CBS\\CBS.log"
  end
  for _, view in ipairs(registry.views(winhttp.KEY)) do
    local good, reason = winhttp.good(view)
    if not good then return false, ("DefaultSecureProtocols, %d-bit: %s"):format(view, reason) end
  end
  for _, protocol in ipairs(params.protocols) do
    local _, effect = schannel.state(protocol, "Client")
    if effect ~= "on" and not is_legacy(protocol) then
      return false, ("Schannel does not offer %s as a client: %s"):format(protocol, effect or "cannot tell")
    end
  end
  return true
end

-- For runbooks that have more to do than WinHTTP: where this step has no business, the plan says why and goes on.
function step.run_where_possible(params)
  local applies, reason = step.applies()
  if applies then return step.run(params) end
  local changed = false
  log.finding("WinHTTP: " .. reason)
  for _, protocol in ipairs(params.protocols) do
    changed = not is_legacy(protocol) and schannel.ensure(protocol, "Client") or changed
  end
  return changed
end

function step.verify_where_possible(params)
  if step.applies() then return step.verify(params) end
  return true
end

return step
