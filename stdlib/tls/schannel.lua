-- Schannel's protocol switches: which versions Windows' own TLS offers and accepts, by role. Owns the values Enabled
-- and DisabledByDefault below SCHANNEL\Protocols\<version>\<role>; on <version> itself they count for nothing. Programs
-- with a TLS of their own (OpenSSL, Firefox, Java) do not read them. New connections of a program read them when it
-- asks for new credentials: restart the program or its service.

local dword = require "windows.dword"
local hotfix = require "hotfix"
local log = require "log"
local protocols = require "tls.protocols"
local registry = require "registry"
local releases = require "windows.releases"
local system = require "system"

local schannel = {}

schannel.KEY = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols"

-- The protocols that have a key. A closed list: key names are never made from prose ("TLS 1,2").
schannel.PROTOCOLS = protocols.NAMES
schannel.ROLES = { "Client", "Server" }
schannel.VALUES = { "Enabled", "DisabledByDefault" }

local function check(protocol, role)
  if not protocols.era(protocol) then
    error(("schannel: %q is no protocol of Schannel; it is one of %s"):format(tostring(protocol),
      table.concat(schannel.PROTOCOLS, ", ")), 3)
  end
  if role ~= "Client" and role ~= "Server" then
    error(('schannel: the role is "Client" or "Server", not %q'):format(tostring(role)), 3)
  end
end

-- The key of a protocol and role.
function schannel.path(protocol, role)
  check(protocol, role)
  return ("%s\\%s\\%s"):format(schannel.KEY, protocol, role)
end

-- What this release does without values: "on", "off" (only when asked for), "ns" (not supported), nil if not known.
function schannel.release_default(protocol, role)
  check(protocol, role)
  local row = system.row
  if not row then return nil end
  local updated = row.schannel_updated -- Server 2008 SP2 gets TLS 1.1 and 1.2 by an update
  if updated and hotfix.examine(updated.kb) then return updated.defaults[protocol][role] end
  return releases.default(row, protocol, role)
end

-- What is set for a protocol in a role, and what comes of it: the two answers of protocols.effect.
function schannel.state(protocol, role)
  local path = schannel.path(protocol, role)
  return protocols.effect(schannel.release_default(protocol, role), dword.get(path, "Enabled"),
    dword.get(path, "DisabledByDefault"))
end

-- What deserves attention, as tls.findings has it: { text, key } each.
function schannel.findings() return require "tls.findings".schannel() end

-- Tells what deserves attention.
function schannel.report()
  if #(registry.keys(schannel.KEY) or {}) == 0 then return end
  for _, finding in ipairs(schannel.findings()) do log.finding(finding.text) end
end

local function refuse_unsafe(protocol, role)
  if protocols.era(protocol) == "ssl" then
    error(("schannel: %s is never switched on"):format(protocol), 3)
  end
  if schannel.release_default(protocol, role) == "ns" then
    local first = protocol == "TLS 1.3" and "; Windows 11 and Server 2022 are the first that have it" or ""
    log.refuse(("schannel: %s has no %s%s"):format(system.describe(), protocol, first))
  end
  if protocol == "TLS 1.3" and not system.row then
    log.refuse "schannel: it is not known whether this Windows has TLS 1.3, so it is not switched on"
  end
end

local function write(path, name, data, why)
  registry.set(path, name, data, { why = why })
end

-- Switches a protocol on for a role by both values. Any number but 0 already means on and is left as it is. options:
-- why. Refuses SSL, and what this Windows does not have. Answers whether that changes anything.
function schannel.enable(protocol, role, options)
  local path = schannel.path(protocol, role)
  refuse_unsafe(protocol, role)
  local why = options and options.why or ("Windows' own TLS (Schannel) uses %s as %s"):format(protocol, role:lower())
  local enabled = dword.get(path, "Enabled")
  local off, hidden = not enabled or enabled == 0, dword.get(path, "DisabledByDefault") ~= 0
  if off then write(path, "Enabled", 1, why) end
  if hidden then write(path, "DisabledByDefault", 0, why) end
  return off or hidden
end

-- Switches a protocol on only if it is not on in effect: for releases that have it on by default, where the absence of
-- the values is healthy.
function schannel.ensure(protocol, role, options)
  local set, effect = schannel.state(protocol, role)
  if effect == "on" then return false end
  if set ~= "default" then
    log.finding(("Schannel: %s\\%s is switched off or half set (%s); it is switched on"):format(protocol, role, set))
  end
  return schannel.enable(protocol, role, options)
end

-- Whether TLS 1.2 or later is on in effect for a role.
function schannel.is_modern(role)
  for _, name in ipairs(protocols.NAMES) do
    if protocols.is_modern(name) and select(2, schannel.state(name, role)) == "on" then return true end
  end
  return false
end

local function switch_off(protocol, role, why)
  local path = schannel.path(protocol, role)
  why = why or ("Schannel does not use %s as %s any more"):format(protocol, role:lower())
  if dword.get(path, "Enabled") ~= 0 then write(path, "Enabled", 0, why) end
  local disabled = dword.get(path, "DisabledByDefault")
  if not disabled or disabled == 0 then write(path, "DisabledByDefault", 1, why) end
end

-- Switches a protocol, or a list of them, off for a role by both values: nobody can use it, not even a program that
-- asks for it. Refuses where no version from TLS 1.2 on with a suite of today would be left (of SSL: no TLS). options:
-- why.
function schannel.disable(list, role, options)
  if type(list) ~= "table" then list = { list } end
  for _, protocol in ipairs(list) do check(protocol, role) end
  require "tls.left".refuse_last(list, role)
  for _, protocol in ipairs(list) do switch_off(protocol, role, options and options.why) end
end

return schannel
