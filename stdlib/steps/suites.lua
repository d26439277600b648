-- Looks at the cipher suites: whether this machine shares one with the services of Microsoft. TLS 1.2 on is not enough
-- on 7 to 8.1. Reads only. Source: M365-ENC; CS7; ADV3042058; DHE-BUG.

local algorithms = require "tls.algorithms"
local hotfix = require "hotfix"
local log = require "log"
local suites = require "tls.suites"
local system = require "system"

local step = { NEEDS = { reads = { suites.POLICY, suites.LOCAL, algorithms.KEY } } }

function step.report()
  suites.report()
  if system.nt < "6.1" or not suites.with_curves() then return end
  local kb = system.nt < "6.3" and "KB3042058" or "KB2919355"
  if hotfix.examine(kb) ~= true and hotfix.examine "KB3042058" ~= true then
    log.finding(("%s was not found: without it or a later rollup %s may share no cipher suite with Azure Front " ..
      "Door, TLS 1.2 or not"):format(kb, system.name))
  end
  if algorithms.state("KeyExchangeAlgorithms", "Diffie-Hellman") == "off" then
    log.finding("Diffie-Hellman is switched off: only suites with DHE are shared with Azure Front Door on " ..
      system.name)
  end
end

return step
