-- TLS 1.2 in Internet Options: Internet Explorer, the old Edge, programs that use WinINET.

local needs = require "steps.needs"
local schannel = require "steps.schannel"
local wininet = require "steps.wininet"

return {
  id = "wininet-tls12",
  version = "1.0.0",
  title = "TLS 1.2 in Internet Options for everybody",
  summary = "Sets SecureProtocols of everybody who is signed in and lacks TLS 1.2 or offers SSL, and the " ..
    "machine's value for the others where Internet Explorer is older than 11; Schannel offers TLS 1.2 as client. " ..
    "A policy wins: it is told and left alone. Chromium's Edge, Chrome and Firefox do not read this.",
  references = {
    "https://learn.microsoft.com/windows/client-management/mdm/policy-csp-internetexplorer",
    "https://learn.microsoft.com/deployedge/microsoft-edge-policies#sslversionmin",
  },
  params = {
    protocols = { type = "string[]", default = { "TLS 1.1", "TLS 1.2" },
      choices = { "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3" }, help = "what a mended setting offers; never SSL" },
    package = { type = "path", help = "the .msu of KB4019276 or KB4056564 (Server 2008 SP2), or a folder with it" },
  },
  needs = needs(schannel.NEEDS, wininet.NEEDS),
  applies = schannel.applies,
  run = function(params)
    schannel.run(params, { "Client" })
    wininet.run(params.protocols)
  end,
  verify = function()
    local good, reason = wininet.verify()
    if not good then return good, reason end
    return schannel.verify { "Client" }
  end,
}
