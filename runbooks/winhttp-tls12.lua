-- TLS 1.1 and 1.2 for programs that use WinHTTP and do not choose their protocols: Office, WebDAV, WinRM, the
-- Configuration Manager client. What it does on which Windows stands in steps.winhttp.

local endpoint = require "steps.endpoint"
local needs = require "steps.needs"
local outcome = require "steps.outcome"
local winhttp = require "steps.winhttp"

return {
  id = "winhttp-tls12",
  version = "1.0.0",
  title = "TLS 1.1 and 1.2 as WinHTTP defaults",
  summary = "Installs KB3140245 on Windows 7 SP1, Server 2008 R2 SP1 and Server 2012 where its files are not " ..
    "there, restarts, sets DefaultSecureProtocols for 64-bit and 32-bit programs and the Schannel client keys. On " ..
    "8.1 and later it installs nothing and mends only a setting that takes TLS 1.2 away.",
  references = {
    "https://support.microsoft.com/help/3140245",
    "https://learn.microsoft.com/windows/win32/winhttp/option-flags",
    "https://learn.microsoft.com/windows-server/security/tls/tls-registry-settings",
  },
  params = {
    protocols = { type = "string[]", default = { "TLS 1.1", "TLS 1.2" },
      choices = { "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3" },
      help = "what WinHTTP offers by default: TLS 1.0, TLS 1.1, TLS 1.2, TLS 1.3 (11 and Server 2022); never SSL" },
    package = { type = "path", help = "the .msu of KB3140245, or a folder that holds it" },
    sha256 = { type = "string", help = "what the package must hash to (SHA-256, 64 hex digits)" },
    endpoint = endpoint.PARAM,
    exact = { type = "boolean", default = false,
      help = "set DefaultSecureProtocols to exactly these protocols, even where what is there is stricter or, on " ..
        "8.1 and later, good without it" },
  },
  needs = endpoint.needs(needs(winhttp.NEEDS, outcome.NEEDS)),
  applies = winhttp.applies,
  run = endpoint.run(function(params)
    winhttp.run(params)
    outcome.enforce { "Client" }
  end),
  verify = endpoint.verify(function(params)
    local good, reason = winhttp.verify(params)
    if not good then return good, reason end
    return outcome.verify { "Client" }
  end),
}
