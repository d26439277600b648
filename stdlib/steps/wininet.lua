-- The step for WinINET: TLS 1.2 in Internet Options of the machine and of everybody who is signed in. The runbook
-- wininet-tls12 is this step with Schannel's; others have it among theirs.

local log = require "log"
local wininet = require "tls.wininet"

local step = { NEEDS = { registry = { wininet.MACHINE, wininet.user_key "*" },
  reads = { wininet.POLICY, wininet.user_policy "*", wininet.PROFILES, wininet.EXPLORER } } }

function step.run(protocols)
  if wininet.mend(protocols) then
    log.info "Internet Explorer and programs that use WinINET take the new settings after their own restart"
  end
end

function step.verify() return wininet.good() end

return step
