-- .NET Framework leaves the TLS version to Windows and uses strong cryptography: both runtimes, every view.

local dotnet = require "steps.dotnet"
local log = require "log"
local needs = require "steps.needs"
local outcome = require "steps.outcome"
local schannel_step = require "steps.schannel"

-- Where Windows itself has no TLS 1.2, handing the choice to it gains nothing.
local function applies()
  local reason = schannel_step.hopeless()
  if reason then return false, reason end
  return true, ".NET Framework leaves the version to Windows only where both values say so"
end

local function run(params)
  dotnet.run(params)
  if outcome.judge { "Client" } == "no" then
    log.finding "Schannel does not offer TLS 1.2 as a client, and .NET follows it: run schannel-tls12 as well"
  end
end

return {
  id = "dotnet-strong-crypto",
  version = "1.0.0",
  title = "TLS 1.2 and strong cryptography for .NET Framework",
  summary = "Sets SystemDefaultTlsVersions and SchUseStrongCrypto for .NET 2.0 to 3.5 and for 4.x, for 64-bit and " ..
    "32-bit programs. Tells what an installed .NET needs besides, and installs the update of .NET 3.5 if its " ..
    "package is given. Programs that choose their protocols themselves are not changed by it.",
  references = {
    "https://learn.microsoft.com/dotnet/framework/network-programming/tls",
    "https://learn.microsoft.com/dotnet/framework/install/how-to-determine-which-versions-are-installed",
    "https://support.microsoft.com/help/3154518",
  },
  params = {
    package = { type = "path", help = "the .msu by which .NET 3.5 heeds the values (KB3154517 to KB3154520, " ..
      "KB3156421), " ..
      "or a folder with it" },
  },
  needs = needs(dotnet.NEEDS, { reads = outcome.NEEDS.reads }),
  applies = applies,
  run = run,
  verify = dotnet.verify,
}
