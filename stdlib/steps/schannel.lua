-- The step for Schannel: TLS 1.2 on in effect for the roles that are asked for. On Server 2008 SP2 it brings the update
-- that gives Schannel TLS 1.2 first. The runbook schannel-tls12 is this step; others have it among theirs.

local algorithms = require "tls.algorithms"
local dotnet_step = require "steps.dotnet"
local hotfix = require "hotfix"
local log = require "log"
local needs = require "steps.needs"
local outcome = require "steps.outcome"
local schannel = require "tls.schannel"
local system = require "system"
local updates = require "steps.updates"

local KB, SUCCESSOR = "KB4019276", "KB4056564"

local step = { NEEDS = needs(outcome.NEEDS, { registry = { schannel.KEY }, reads = { algorithms.KEY },
  updates = { KB, SUCCESSOR }, reboot = true }) }

-- Why there is no way to TLS 1.2 here; nil if there is one.
function step.hopeless()
  if system.nt >= "6.1" then return nil end
  if system.nt < "6.0" then return "Windows before Vista has no TLS 1.2" end
  if system.server == nil then return "cannot tell Vista from Server 2008: the machine has no ProductType" end
  if not system.server then
    return "Windows Vista never got TLS 1.2 (that KB4019276 can be installed there is hearsay, S3); use a later Windows"
  end
  if system.service_pack < 2 then return "KB4019276 needs Service Pack 2; install that first, then plan again" end
  return nil
end

function step.applies()
  local reason = step.hopeless()
  if reason then return false, reason end
  if system.nt < "6.1" then return true, "Schannel of Server 2008 SP2 has TLS 1.2 with KB4019276, off by default" end
  if system.nt < "6.2" then return true, "Schannel has TLS 1.2, off by default" end
  return true, "TLS 1.2 is on by default; only a setting that takes it away is mended"
end

-- The update for Server 2008 SP2 as an item for steps.updates; nil elsewhere. Its successor, if that is at hand. Both
-- are older than July 2019 and need no SHA-2 updates.
function step.item(from)
  if system.nt >= "6.1" then return nil end
  local kb = not dotnet_step.at_hand(KB, from) and dotnet_step.at_hand(SUCCESSOR, from) and SUCCESSOR or KB
  return { kb = kb, why = "Schannel of Server 2008 SP2 has no TLS 1.2 without KB4019276 or its successor KB4056564",
    restart = kb .. " replaces schannel.dll, which is in use until Windows restarts" }
end

local function report_sha2()
  for _, kb in ipairs { "KB4493730", "KB4474419" } do
    if hotfix.examine(kb) == false then
      log.finding(kb .. " was not found: every update from July 2019 on needs it, KB4019276 does not")
    end
  end
end

-- params: package. roles: { "Client" } ...; protocols: what is switched on, TLS 1.2 unless said otherwise. Answers
-- whether that changes a value.
function step.run(params, roles, protocols)
  local item = step.item(params.package)
  if item then
    report_sha2()
    if not hotfix.examine(KB) then updates.bring({ item }, { from = params.package }) end
  end
  schannel.report()
  algorithms.report()
  local changed = false
  for _, protocol in ipairs(protocols or { "TLS 1.2" }) do
    for _, role in ipairs(roles) do changed = schannel.ensure(protocol, role) or changed end
  end
  outcome.enforce(roles)
  return changed
end

function step.verify(roles, protocols)
  for _, protocol in ipairs(protocols or { "TLS 1.2" }) do
    for _, role in ipairs(roles) do
      local _, effect = schannel.state(protocol, role)
      if effect ~= "on" then
        return false, ("Schannel: %s\\%s is not on: %s"):format(protocol, role, effect or "cannot tell")
      end
    end
  end
  return outcome.verify(roles)
end

return step
