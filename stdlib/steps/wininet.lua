-- The step for WinINET: TLS 1.2 in Internet Options of the machine and of everybody who is signed in. The runbook
-- wininet-tls12 is this step with Schannel's; others have it among theirs.

local log = require "log"
local outcome = require "steps.outcome"
local wininet = require "tls.wininet"

local step = { NEEDS = { registry = { wininet.MACHINE, wininet.user_key "*" },
  reads = { wininet.POLICY, wininet.user_policy "*", wininet.PROFILES, wininet.EXPLORER } } }

-- A policy owns the setting, of the machine or of a user: the model says whether it leaves TLS 1.2.
local function heed_policy()
  local row = outcome.in_the_way "wininet"
  if not row then return end
  if row.tls12 == "no" then
    log.refuse(("blocked, nothing is changed: %s keeps TLS 1.2 from programs that use WinINET: %s; it is the policy " ..
      "\"Turn off encryption support\", change that first"):format(row.where, row.why))
  end
  log.unknown(("whether programs that use WinINET get TLS 1.2: %s"):format(row.why))
end

-- Answers whether that changes a value.
function step.run(protocols)
  local changed = wininet.mend(protocols)
  if changed then
    log.info "Internet Explorer and programs that use WinINET take the new settings after their own restart"
  end
  if wininet.has_policy() then heed_policy() end
  return changed
end

function step.verify() return wininet.good() end

return step
