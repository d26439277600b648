-- TLS 1.1 and 1.2 for programs that use WinHTTP and do not choose their protocols: Office, WebDAV, WinRM, the
-- Configuration Manager client. What it does on which Windows stands in `applies`, in the order of NT versions.

local hotfix = require "hotfix"
local log = require "log"
local reboot = require "reboot"
local registry = require "registry"
local schannel = require "tls.schannel"
local system = require "system"
local update = require "update"
local winhttp = require "tls.winhttp"

local KB = "KB3140245"

-- Up to 8 and Server 2012, WinHTTP has no TLS 1.1 and 1.2 by default and reads the value only with KB3140245.
local function needs_update() return system.nt < "6.3" end

local function applies()
  if system.nt < "6.1" then
    return false, "KB3140245 is not made for " .. system.name ..
      ": its Schannel gets TLS 1.2 by KB4019276 (Service Pack 2), and whether its WinHTTP reads the value is not known"
  end
  if system.nt < "6.2" and system.service_pack < 1 then
    return false, "KB3140245 needs Service Pack 1; install that first, then plan again"
  end
  if system.is "6.2" and system.server == nil then
    return false, "cannot tell Windows 8 (no update exists) from Server 2012: the machine has no ProductType"
  end
  if system.is "6.2" and not system.server and not (system.edition or ""):find "^Embedded" then
    return false, "KB3140245 was not made for Windows 8; move to Windows 8.1 or later, where WinHTTP has TLS 1.2"
  end
  if needs_update() then return true, "WinHTTP of this release has TLS 1.1 and 1.2 only with KB3140245 and a value" end
  return true, "TLS 1.2 is built in; only a setting that takes it away is mended"
end

-- The update and its restart, unless what it brings is known to be there.
local function install(params)
  local covered, evidence = hotfix.covers(KB)
  if covered then
    log.info("KB3140245 is there: " .. evidence[#evidence])
    return
  end -- nil: the plan says that it could not be told; an installer that finds it there changes nothing
  if hotfix.pending(KB) then
    reboot.barrier("KB3140245 has been installed and waits for this restart")
    return
  end
  local waiting, cause = reboot.needed()
  if waiting then
    reboot.barrier(("a restart is already pending (%s); installers refuse to start before it"):format(cause))
  end
  update.install { kb = KB, from = params.package, sha256 = params.sha256,
    why = "without KB3140245 WinHTTP ignores DefaultSecureProtocols and offers SSL 3.0 and TLS 1.0 only" }
  reboot.barrier("KB3140245 replaces winhttp.dll and webio.dll, which are in use until Windows restarts")
end

-- TLS 1.0 and 1.1 that somebody switched off stay off: a machine that has TLS 1.2 needs neither.
local function is_legacy(protocol) return protocol == "TLS 1.0" or protocol == "TLS 1.1" end

local function switch_on(protocol)
  local _, effect = schannel.state(protocol, "Client")
  if is_legacy(protocol) and effect == "off" then
    log.finding(("Schannel: %s\\Client is switched off and stays so"):format(protocol))
  elseif needs_update() and protocol ~= "TLS 1.0" then -- 1.0 is on by default everywhere
    return schannel.enable(protocol, "Client")
  elseif not is_legacy(protocol) then
    return schannel.ensure(protocol, "Client")
  end
  return false
end

local function run(params)
  if winhttp.bits(params.protocols) & (winhttp.TLS_1_2 | winhttp.TLS_1_3) == 0 then
    error('the parameter protocols must hold "TLS 1.2" or "TLS 1.3"', 0)
  end
  if needs_update() then install(params) end
  local set = params.exact and winhttp.default_protocols or winhttp.mend_protocols
  local changed = set(params.protocols)
  for _, protocol in ipairs(params.protocols) do changed = switch_on(protocol) or changed end
  if changed then log.info "programs that are running use the new settings after their own restart" end
end

-- By effect, as far as a registry and file versions can show it: the update, each view, each protocol.
local function verify(params)
  if needs_update() and hotfix.covers(KB) == false then
    return false, "KB3140245 is not effective: see %windir%\\Logs\\CBS\\CBS.log"
  end
  for _, view in ipairs(registry.views(winhttp.KEY)) do
    local good, reason = winhttp.good(view)
    if not good then return false, ("DefaultSecureProtocols, %d-bit: %s"):format(view, reason) end
  end
  for _, protocol in ipairs(params.protocols) do
    local _, effect = schannel.state(protocol, "Client")
    if effect ~= "on" and not is_legacy(protocol) then
      return false, ("Schannel does not offer %s as a client: %s"):format(protocol, effect or "cannot tell")
    end
  end
  return true
end

return {
  id = "winhttp-tls12",
  version = "1.0.0",
  title = "TLS 1.1 and 1.2 as WinHTTP defaults",
  summary = "Installs KB3140245 on Windows 7 SP1, Server 2008 R2 SP1 and Server 2012 where its files are not there, " ..
    "restarts, sets DefaultSecureProtocols for 64-bit and 32-bit programs and the Schannel client keys. On 8.1 and " ..
    "later it installs nothing and mends only a setting that takes TLS 1.2 away.",
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
    exact = { type = "boolean", default = false,
      help = "set DefaultSecureProtocols to exactly these protocols, even where what is there is stricter or, on " ..
        "8.1 and later, good without it" },
  },
  needs = { registry = { winhttp.KEY, schannel.KEY }, updates = { KB }, reboot = true },
  applies = applies,
  run = run,
  verify = verify,
}
