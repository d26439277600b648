-- What "Transport Layer Security in Azure Backup" wants: an agent that reaches the service over TLS 1.2, on Server 2008
-- SP2 and later. Where the page is wrong stands in docs/runbooks/azure-backup-tls12.md.

local clients = require "steps.clients"
local endpoint = require "steps.endpoint"
local log = require "log"
local needs = require "steps.needs"
local registry = require "registry"
local roots = require "steps.roots"
local schannel = require "steps.schannel"
local system = require "system"

-- Where the agent (MARS) keeps its settings: the articles on its cache and its bandwidth name it.
local AGENT = "HKLM\\SOFTWARE\\Microsoft\\Windows Azure Backup"

local function applies()
  if system.is "6.1" and system.service_pack < 1 then
    return false, "the updates need Service Pack 1; install that first, then plan again"
  end
  return schannel.applies()
end

return {
  id = "azure-backup-tls12",
  version = "1.0.0",
  title = "TLS 1.2 for Azure Backup",
  summary = "Server 2008 SP2: KB4019276 or its successor KB4056564. 7, Server 2008 R2 and Server 2012: KB3140245 " ..
    "and the WinHTTP value, which the page leaves to the article. Then Schannel's client role where it is not on, " ..
    "and .NET Framework in both runtimes. Looks for the root certificates that the service moved to.",
  references = {
    "https://learn.microsoft.com/azure/backup/transport-layer-security",
    "https://support.microsoft.com/help/4019276",
    "https://support.microsoft.com/help/3140245",
  },
  params = clients.PARAMS,
  needs = endpoint.needs(needs(clients.NEEDS, roots.NEEDS, { reads = { AGENT } })),
  applies = applies,
  run = endpoint.run(function(params)
    if clients.run(params) and registry.exists(AGENT) then
      log.finding("restart the services of the Azure Backup agent when this has been applied: they do not stop or " ..
        "start as usual where TLS 1.2 is missing (AZB-EN)")
    end
    roots.report()
  end),
  verify = endpoint.verify(clients.verify),
}
