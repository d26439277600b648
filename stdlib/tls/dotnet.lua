-- .NET Framework's choice of TLS versions. Owns SystemDefaultTlsVersions (Windows chooses) and SchUseStrongCrypto
-- (.NET's own list gets TLS 1.1 and 1.2, weak ciphers go) of both runtimes in every view, and what is installed.
-- Programs that choose themselves ignore both values; what Schannel has off stays off, so Schannel comes first.
-- Processes read them when they start. Source: DOTNET-TLS; CM-NET; DOTNET-VER; SP13; SP16.

local dword = require "windows.dword"
local hotfix = require "hotfix"
local log = require "log"
local registry = require "registry"
local system = require "system"

local dotnet = {}

dotnet.KEY = "HKLM\\SOFTWARE\\Microsoft\\.NETFramework"
dotnet.SETUP = "HKLM\\SOFTWARE\\Microsoft\\NET Framework Setup\\NDP"
dotnet.RUNTIMES = { "v2.0.50727", "v4.0.30319" } -- the second is that of every 4.x; its name does not change with 4.8
dotnet.VALUES = { "SystemDefaultTlsVersions", "SchUseStrongCrypto" }
dotnet.CAPABLE = 394802 -- 4.6.2: speaks TLS 1.2 without an update (CM-NET; DOTNET-VER)

local SERVES = { ["v2.0.50727"] = ".NET 2.0 to 3.5", ["v4.0.30319"] = ".NET 4.x" }
local WHY = {
  SystemDefaultTlsVersions = "%s%s leaves the choice of the TLS version to Windows",
  SchUseStrongCrypto = "%s%s offers TLS 1.1 and 1.2 and no weak ciphers",
}
-- .NET 2.0 to 3.5 take the protocols from the program or from Windows; strong cryptography refuses RC4 there, and only
-- to programs that name TLS themselves (DOTNET-TLS; ADV2960358).
local WHY_STRONG_V2 = "%s%s refuses weak ciphers where a program names its TLS versions"

-- Release number, oldest first; a number between two rows is the older one. Source: DOTNET-VER.
dotnet.RELEASES = {
  { 378389, "4.5" }, { 378675, "4.5.1" }, { 379893, "4.5.2" }, { 393295, "4.6" }, { 394254, "4.6.1" },
  { 394802, "4.6.2" }, { 460798, "4.7" }, { 461308, "4.7.1" }, { 461808, "4.7.2" }, { 528040, "4.8" },
  { 533320, "4.8.1" },
}

-- "4.6.2" for a Release number; nil below the first.
function dotnet.version(release)
  local version
  for _, row in ipairs(dotnet.RELEASES) do
    if release >= row[1] then version = row[2] end
  end
  return version
end

-- What is installed: { v2 = "3.5" or "2.0" or nil, v4 = "4.6.2" or nil, release = 394802 or nil, doubt = why it is not
-- known which 4.x this is }. "4.0" has no Release number, and its Client Profile a key of its own (DOTNET-VER).
function dotnet.installed()
  local result = {}
  if dword.get(dotnet.SETUP .. "\\v3.5", "Install") == 1 then
    result.v2 = "3.5"
  elseif dword.get(dotnet.SETUP .. "\\v2.0.50727", "Install") == 1 then
    result.v2 = "2.0"
  end
  local release = dword.get(dotnet.SETUP .. "\\v4\\Full", "Release")
  if release and dotnet.version(release) then
    result.release, result.v4 = release, dotnet.version(release)
  elseif release ~= nil then
    result.v4, result.doubt = "4.x", "Release of .NET Framework 4 is no number that a version has"
  elseif dword.get(dotnet.SETUP .. "\\v4\\Full", "Install") == 1 then
    result.v4 = "4.0"
  elseif dword.get(dotnet.SETUP .. "\\v4\\Client", "Install") == 1 then
    result.v4 = "4.0 Client Profile"
  end
  return result
end

function dotnet.path(runtime)
  if not SERVES[runtime] then
    error(("dotnet: %q is no runtime; v2.0.50727 and v4.0.30319 are"):format(tostring(runtime)), 2)
  end
  return dotnet.KEY .. "\\" .. runtime
end

-- "on" (1), "off" (0), "default" (absent), "malformed" (another type, or a number that checkers do not count as on).
function dotnet.state(runtime, name, view)
  local data = dword.get(dotnet.path(runtime), name, view)
  if data == nil then return "default" end
  if data ~= 0 and data ~= 1 then return "malformed" end
  return data == 1 and "on" or "off"
end

local function why(runtime, name)
  return runtime == "v2.0.50727" and name == "SchUseStrongCrypto" and WHY_STRONG_V2 or WHY[name]
end

-- Sets both values of a runtime in every view. options: why. Answers whether that changes anything.
function dotnet.strengthen(runtime, options)
  local path, changed = dotnet.path(runtime), false
  local views = registry.views(path)
  for _, view in ipairs(views) do
    for _, name in ipairs(dotnet.VALUES) do
      local state = dotnet.state(runtime, name, view)
      if state == "off" or state == "malformed" then
        log.finding(("%s of %s (%d-bit) is %s; it is set to 1"):format(name, runtime, view, state))
      end
      if state ~= "on" then
        local bits = #views > 1 and (", %d-bit,"):format(view) or ""
        registry.set(path, name, 1, { view = view, why = options and options.why or
          why(runtime, name):format(SERVES[runtime], bits) })
        changed = true
      end
    end
  end
  return changed
end

-- Whether both values of a runtime are on in every view; the first that is not, as text.
function dotnet.strong(runtime)
  for _, view in ipairs(registry.views(dotnet.path(runtime))) do
    for _, name in ipairs(dotnet.VALUES) do
      local state = dotnet.state(runtime, name, view)
      if state ~= "on" then return false, ("%s of %s (%d-bit) is %s"):format(name, runtime, view, state) end
    end
  end
  return true
end

-- The update by which .NET 2.0 and 3.5 read SystemDefaultTlsVersions, and the one for strong cryptography, by NT
-- version.
dotnet.UPDATES_V2 = {
  ["6.0"] = { versions = "KB3154517" }, ["6.1"] = { versions = "KB3154518", strong = "KB2898851" },
  ["6.2"] = { versions = "KB3154519", strong = "KB2898845" },
  ["6.3"] = { versions = "KB3154520", strong = "KB2898847" },
}
-- The updates of 4.5 to 4.5.2 that set strong cryptography; with the registry value none is needed. The advisory has no
-- row for Vista and Server 2008 (ADV2960358).
dotnet.UPDATES_V4 = {
  ["6.1"] = { ["4.5"] = "KB2938782", ["4.5.1"] = "KB2938782", ["4.5.2"] = "KB2954853" },
  ["6.2"] = { ["4.5"] = "KB2898849", ["4.5.1"] = "KB2898849", ["4.5.2"] = "KB2898849" },
  ["6.3"] = { ["4.5.1"] = "KB2898850", ["4.5.2"] = "KB2898850" },
}

-- What .NET 2.0/3.5 needs on this Windows: an update's KB; false for nothing; nil and the reason where there is no way.
function dotnet.needs_v2()
  local row = dotnet.UPDATES_V2[tostring(system.nt)]
  if row then return row.versions end
  if system.build == 10240 then
    return nil, ".NET 3.5 of Windows 10 1507 cannot leave the version to Windows; upgrade Windows (SP16)"
  end
  return system.build == 10586 and "KB3156421" or false
end

-- What stands between an installed runtime and TLS 1.2 besides the registry values, one row each:
-- { runtime =, kb = or nil, missing = true or nil for "cannot tell", text = }. Empty: nothing.
function dotnet.obstacles()
  local installed, list = dotnet.installed(), {}
  local function add(runtime, kb, missing, text)
    list[#list + 1] = { runtime = runtime, kb = kb, missing = missing, text = text }
  end
  if installed.v2 then
    local kb, reason = dotnet.needs_v2()
    if kb == nil then
      add("v2.0.50727", nil, true, reason)
    elseif kb then
      local covered = hotfix.examine(kb)
      if covered ~= true then
        add("v2.0.50727", kb, covered == false or nil, (".NET %s follows Windows' TLS versions only with %s or a " ..
          ".NET rollup of August 2017 or later%s"):format(installed.v2, kb,
          covered == nil and "; cannot tell whether one is there" or ", and neither was found"))
      end
    end
  end
  if installed.doubt then
    add("v4.0.30319", nil, nil, "cannot tell which .NET Framework 4 this is: " .. installed.doubt)
  elseif installed.v4 and not installed.release then
    add("v4.0.30319", nil, true, (".NET %s does not know TLS 1.1 and 1.2; install 4.6.2 or later in its place " ..
      "(mark S+G)"):format(installed.v4))
  end
  return list
end

-- Tells what is installed and what stands in the way. Changes nothing.
function dotnet.report()
  local installed = dotnet.installed()
  for _, row in ipairs(dotnet.obstacles()) do log.finding(row.text) end
  if installed.release and installed.release < dotnet.CAPABLE and installed.v4 then
    local kb = (dotnet.UPDATES_V4[tostring(system.nt)] or {})[installed.v4]
    log.finding((".NET %s offers TLS 1.2 by the registry values alone%s; 4.6.2 or later is better"):format(installed.v4,
      kb and (", which %s would set as well"):format(kb) or ""))
  end
end

return dotnet
