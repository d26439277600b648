-- The step for WinINET: TLS 1.2 in Internet Options of the machine and of everybody who is signed in. The runbook
-- wininet-tls12 is this step with Schannel's; others have it among theirs.

local log = require "log"
local wininet = require "tls.wininet"

local step = { NEEDS = { registry = { wininet.MACHINE, wininet.user_key "*" },
  reads = { wininet.POLICY, wininet.user_policy "*", wininet.PROFILES, wininet.EXPLORER } } }

-- Answers whether that changes a value.
function step.run(protocols)
  local changed = wininet.mend(protocols)
  if changed then
    log.info "Internet Explorer and programs that use WinINET take the new settings after their own restart"
  end
  return changed
end

function step.verify() return wininet.good() end

return step
