-- What "How to enable TLS 1.2 on clients" of Configuration Manager wants, with the two parts that it only includes.
-- Where the page is wrong stands in docs/runbooks/configmgr-client-tls12.md.

local clients = require "steps.clients"
local endpoint = require "steps.endpoint"
local log = require "log"
local winhttp = require "steps.winhttp"

return {
  id = "configmgr-client-tls12",
  version = "1.0.0",
  title = "TLS 1.2 on clients of Configuration Manager",
  summary = "Updates Windows and WinHTTP, makes sure that Schannel offers TLS 1.2, and configures .NET Framework: " ..
    "the three tasks of the guide. Run it on every client before the site servers lose their older protocols.",
  references = {
    "https://learn.microsoft.com/mem/configmgr/core/plan-design/security/enable-tls-1-2-client",
    "https://support.microsoft.com/help/3140245",
    "https://learn.microsoft.com/dotnet/framework/network-programming/tls",
  },
  params = clients.PARAMS,
  needs = endpoint.needs(clients.NEEDS),
  applies = winhttp.applies,
  run = endpoint.run(function(params)
    if clients.run(params) then
      log.finding("restart the computer when this has been applied, or the services that use WinHTTP: ccmexec, " ..
        "BITS, WebClient")
    end
  end),
  verify = endpoint.verify(clients.verify),
}
