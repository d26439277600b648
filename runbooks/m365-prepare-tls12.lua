-- What "Prepare for TLS 1.2 in Microsoft 365" asks for and does not spell out: clients that reach Microsoft 365 over
-- TLS 1.2. Where the page is out of date stands in docs/runbooks/m365-prepare-tls12.md.

local clients = require "steps.clients"
local endpoint = require "steps.endpoint"
local needs = require "steps.needs"
local suites = require "steps.suites"
local winhttp = require "steps.winhttp"

return {
  id = "m365-prepare-tls12",
  version = "1.0.0",
  title = "TLS 1.2 for Microsoft 365: prepare this machine",
  summary = "Office uses WinHTTP: KB3140245, DefaultSecureProtocols and Schannel's client role. SharePoint and " ..
    "OneDrive tools use .NET Framework: both runtimes. Looks at the cipher suites, which have to be shared as " ..
    "well. Switches nothing off.",
  references = {
    "https://support.microsoft.com/help/4057306",
    "https://support.microsoft.com/help/3140245",
    "https://learn.microsoft.com/microsoft-365/compliance/technical-reference-details-about-encryption",
  },
  params = clients.PARAMS,
  needs = endpoint.needs(needs(clients.NEEDS, suites.NEEDS)),
  applies = winhttp.applies,
  run = endpoint.run(function(params)
    clients.run(params)
    suites.report()
  end),
  verify = endpoint.verify(clients.verify),
}
