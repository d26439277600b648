-- TLS 1.2 in Windows' own TLS, as client and as server, whatever was done to the registry before.

local schannel = require "steps.schannel"

return {
  id = "schannel-tls12",
  version = "1.0.0",
  title = "TLS 1.2 in Schannel, client and server",
  summary = "Switches TLS 1.2 on by both values where it is not on in effect: 7, Server 2008 R2, Server 2008 SP2 " ..
    "(with KB4019276, which it brings), and wherever somebody switched it off. Where TLS 1.2 is on by default, " ..
    "absent values stay absent. Tells of values that count for nothing: on the version key, under wrong names, " ..
    "below split names.",
  references = {
    "https://learn.microsoft.com/windows-server/security/tls/tls-registry-settings",
    "https://learn.microsoft.com/windows/win32/secauthn/protocols-in-tls-ssl--schannel-ssp-",
    "https://support.microsoft.com/help/4019276",
  },
  params = {
    roles = { type = "string[]", default = { "Client", "Server" }, choices = { "Client", "Server" },
      help = "Client: connections that this machine opens; Server: those that it accepts" },
    protocols = { type = "string[]", default = { "TLS 1.2" }, choices = { "TLS 1.1", "TLS 1.2", "TLS 1.3" },
      help = "what is switched on: TLS 1.1, TLS 1.2, TLS 1.3 (11 and Server 2022)" },
    package = { type = "path", help = "the .msu of KB4019276 or KB4056564 (Server 2008 SP2), or a folder with it" },
  },
  needs = schannel.NEEDS,
  applies = schannel.applies,
  run = function(params) schannel.run(params, params.roles, params.protocols) end,
  verify = function(params) return schannel.verify(params.roles, params.protocols) end,
}
