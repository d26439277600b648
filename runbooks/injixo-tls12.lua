-- What the injixo page on TLS 1.2 wants: browsers and programs of this machine reach a service that takes TLS 1.2 only.
-- Where the page is wrong stands in docs/runbooks/injixo-tls12.md.

local endpoint = require "steps.endpoint"
local log = require "log"
local needs = require "steps.needs"
local schannel = require "steps.schannel"
local wininet = require "steps.wininet"

return {
  id = "injixo-tls12",
  version = "1.0.0",
  title = "TLS 1.2 for injixo: Windows and Internet Options",
  summary = "Switches TLS 1.2 on for connections that this machine opens, in the key Client where it counts, and " ..
    "ticks it in Internet Options of everybody who is signed in. Needs no other tool. Chromium's Edge, Chrome and " ..
    "Firefox have a TLS of their own and need nothing.",
  references = {
    "https://learn.microsoft.com/windows-server/security/tls/tls-registry-settings",
    "https://learn.microsoft.com/deployedge/microsoft-edge-policies#sslversionmin",
  },
  params = {
    protocols = { type = "string[]", default = { "TLS 1.2" }, choices = { "TLS 1.1", "TLS 1.2", "TLS 1.3" },
      help = "what a mended Internet Options setting offers" },
    endpoint = endpoint.PARAM,
    package = { type = "path", help = "the .msu of KB4019276 or KB4056564 (Server 2008 SP2), or a folder with it" },
  },
  needs = endpoint.needs(needs(schannel.NEEDS, wininet.NEEDS)),
  applies = schannel.applies,
  run = endpoint.run(function(params)
    local changed = schannel.run(params, { "Client" })
    wininet.run(params.protocols)
    if changed then log.finding "restart the computer when this has been applied: services take it when they start" end
  end),
  verify = endpoint.verify(function()
    local good, reason = schannel.verify { "Client" }
    if not good then return good, reason end
    return wininet.verify()
  end),
}
