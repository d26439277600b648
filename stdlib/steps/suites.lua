-- Looks at the cipher suites: whether this machine shares one with the services of Microsoft. TLS 1.2 on is not enough
-- on 7 to 8.1. Reads only. Source: M365-ENC; CS7; AFD-DHE; AFD-TLS.

local facts = require "tls.facts"
local log = require "log"
local suites = require "tls.suites"
local system = require "system"

local step = { NEEDS = { reads = facts.READS } }

function step.report()
  suites.report()
  if system.nt < "6.1" or not suites.with_curves() then return end
  log.finding(("%s shares only ECDHE_RSA suites with CBC with Azure Front Door, and only where a site's TLS policy " ..
    "takes them (TLSv1.2_2022); since April 2026 no update changes that"):format(system.name))
end

return step
