-- The releases of Windows: numbers, names, and what each does when nothing is configured. Owns the facts of one release
-- and how to find the row of a machine. Does not know updates (windows.updates) and reads no machine. `source` names
-- documents by the tags of windows.sources; `mark` says how good they are: S, a Microsoft document or code; S3, third
-- parties only; G, general knowledge without a source; S+G, a part of it is G.

local protocols = require "tls.protocols"

local releases = {}

-- What Schannel does without registry values, "client/server" where the roles differ. on: offered. off: supported, but
-- used only when the registry or the program asks. ns: not supported. PROT is read as newer than SOLVE, which does not
-- tell the roles apart and contradicts it: SSL 3.0 on 10 and 11, SSL 2.0 on 10, and TLS 1.0 and 1.1 on Server 2022.
local defaults = {
  --           SSL 2.0   SSL 3.0 TLS 1.0 TLS 1.1 TLS 1.2 TLS 1.3 DTLS 1.0 DTLS 1.2
  ["6.0"]      = { "off/on", "on", "on", "ns", "ns", "ns", "ns", "ns" },
  ["6.0+"]     = { "off/on", "on", "on", "off", "off", "ns", "ns", "ns" }, -- Server 2008 SP2 with KB4019276 or later
  ["6.1"]      = { "off/on", "on", "on", "off", "off", "ns", "on", "ns" },
  ["6.2"]      = { "off", "on", "on", "on", "on", "ns", "on", "ns" },
  ["10-1507"]  = { "off", "on", "on", "on", "on", "ns", "on", "ns" },
  ["10-1607"]  = { "ns", "off", "on", "on", "on", "ns", "on", "on" },
  ["11"]       = { "ns", "off", "on", "on", "on", "on", "on", "on" },
}

-- Releases of one profile share one table.
local profiles = {}
local function schannel(profile)
  local result = profiles[profile]
  if result then return result end
  result = {}
  for column, name in ipairs(protocols.NAMES) do
    local client = defaults[profile][column]
    local server = client
    if #client > 3 then client, server = client:match "^(%a+)/(%a+)$" end
    result[name] = { Client = client, Server = server }
  end
  profiles[profile] = result
  return result
end

-- One family of rows: what its releases share, and what holds where a row says nothing else. `winhttp` is
-- DefaultSecureProtocols as WinHTTP behaves without the value.
local function kin(profile, common)
  common.__index = common
  common.service_pack, common.source, common.mark = 0, "LEGUPD", "S"
  common.schannel, common.schannel_source, common.schannel_mark = schannel(profile), "PROT", "S"
  return common
end

local family = {
  vista = kin("6.0", { nt = "6.0", schannel_updated = { kb = "KB4019276", defaults = schannel "6.0+" }, winhttp = 0x0A0,
    winhttp_source = "none", winhttp_mark = "G", webio = false }),
  seven = kin("6.1", { nt = "6.1", winhttp = 0x0A0, winhttp_source = "OPT; CM-NL", winhttp_mark = "S" }),
  eight = kin("6.2", { nt = "6.2", winhttp = 0x0A0, winhttp_source = "OPT; CM-NL", winhttp_mark = "S" }),
  blue = kin("6.2", { nt = "6.3", winhttp = 0xAA0, winhttp_source = "OPT", winhttp_mark = "S" }),
  threshold = kin("10-1507", { nt = "10.0", winhttp = 0xAA0, winhttp_source = "OPT", winhttp_mark = "S" }),
  redstone = kin("10-1607", { nt = "10.0", winhttp = 0xAA0, winhttp_source = "OPT", winhttp_mark = "S" }),
  -- `narrowed`: the revision from which WinHTTP and WinINET have no TLS 1.0 and 1.1 by default, that of the previews of
  -- 20 September 2022, KB5017379 and KB5017380. KB5017811 names 1809 (LTSC), Server 2019 and 20H2 to 21H2; 22H2 came
  -- out after it.
  vibranium = kin("10-1607", { nt = "10.0", winhttp = 0xAA0, winhttp_source = "OPT; KB5017811; KB5017380",
    winhttp_mark = "S+G", narrowed = 2075 }),
  rs5 = kin("10-1607", { nt = "10.0", winhttp = 0xAA0, winhttp_source = "OPT; KB5017811; KB5017379",
    winhttp_mark = "S+G", narrowed = 3469 }),
  eleven = kin("11", { nt = "10.0", winhttp = 0x2800, winhttp_source = "OPT; WINHTTP-DEC", winhttp_mark = "S" }),
  -- OPT names Windows 11 and no server.
  ["eleven-server"] = kin("11", { nt = "10.0", winhttp = 0x2800, winhttp_source = "OPT; WINHTTP-DEC",
    winhttp_mark = "S+G" }),
}

local list = {}

local both, only64, arm = { "x64", "x86" }, { "x64" }, { "arm64", "x64", "x86" }

-- Answers a function that adds a release of a kind; the arguments hold where its row says nothing. `files` is the
-- version of the first system files of a servicing branch: what a built-in machine shows; G throughout except where a
-- source says otherwise.
local function releases_of(product_type, edition, architectures)
  return function(kin_name, id, build, row)
    row.id, row.build, row.product_type = id, build, product_type
    row.edition = row.edition or edition
    row.architectures = row.architectures or architectures
    list[#list + 1] = setmetatable(row, family[kin_name])
  end
end
local client = releases_of("workstation", "Professional", both)
local server = releases_of("server", "ServerStandard", only64)

client("vista", "vista-rtm", 6000, { name = "Windows Vista", product = "Windows Vista (TM) Business",
  edition = "Business", files = "6.0.6000.16386" })
client("vista", "vista-sp1", 6001, { service_pack = 1, name = "Windows Vista", product = "Windows Vista (TM) Business",
  edition = "Business", files = "6.0.6001.18000" })
client("vista", "vista-sp2", 6002, { service_pack = 2, name = "Windows Vista", product = "Windows Vista (TM) Business",
  edition = "Business", files = "6.0.6002.18005" })
server("vista", "ws2008-sp1", 6001, { service_pack = 1, name = "Windows Server 2008", architectures = both,
  product = "Windows Server (R) 2008 Standard", files = "6.0.6001.18000" })
-- Build 6003 is SP2 after the servicing updates of 2019 (KB4493730).
server("vista", "ws2008-sp2", 6002, { service_pack = 2, also_build = 6003, name = "Windows Server 2008",
  architectures = both, product = "Windows Server (R) 2008 Standard", files = "6.0.6002.18005" })

client("seven", "win7-rtm", 7600, { name = "Windows 7", product = "Windows 7 Professional", files = "6.1.7600.16385" })
client("seven", "win7-sp1", 7601, { service_pack = 1, name = "Windows 7", product = "Windows 7 Professional",
  files = "6.1.7601.17514" })
server("seven", "ws2008r2-rtm", 7600, { name = "Windows Server 2008 R2", product = "Windows Server 2008 R2 Standard",
  files = "6.1.7600.16385" })
server("seven", "ws2008r2-sp1", 7601, { service_pack = 1, name = "Windows Server 2008 R2",
  product = "Windows Server 2008 R2 Standard", files = "6.1.7601.17514" })

client("eight", "win8", 9200, { name = "Windows 8", product = "Windows 8 Pro", files = "6.2.9200.16384",
  dotnet = 378389 })
client("eight", "win8-embedded", 9200, { name = "Windows Embedded 8", product = "Windows Embedded 8 Industry Pro",
  edition = "EmbeddedIndustry", files = "6.2.9200.16384", dotnet = 378389, source = "KB3140245; MMAY", mark = "S+G" })
server("eight", "ws2012", 9200, { name = "Windows Server 2012", product = "Windows Server 2012 Standard",
  files = "6.2.9200.16384", dotnet = 378389 })
client("blue", "win81", 9600, { name = "Windows 8.1", product = "Windows 8.1 Pro", files = "6.3.9600.16384",
  dotnet = 378675 })
server("blue", "ws2012r2", 9600, { name = "Windows Server 2012 R2", product = "Windows Server 2012 R2 Standard",
  files = "6.3.9600.16384", dotnet = 378675 })

-- Windows 10 and 11. `branch` is the build whose files a release shares when an enablement package made it.
local function ten(kin_name, id, build, label, row)
  row = row or {}
  row.name, row.product, row.release = row.name or "Windows 10", "Windows 10 Pro", label
  row.files = row.files or ("10.0.%d.1"):format(row.branch or build)
  row.architectures = row.architectures or (build >= 22000 and { "arm64", "x64" }) or (build >= 16299 and arm) or both
  client(kin_name, id, build, row)
end
ten("threshold", "win10-1507", 10240, nil, { files = "10.0.10240.16384", dotnet = 393295 })
ten("threshold", "win10-1511", 10586, "1511", { files = "10.0.10586.0", dotnet = 394254 })
ten("redstone", "win10-1607", 14393, "1607", { files = "10.0.14393.0", dotnet = 394802 })
ten("redstone", "win10-1703", 15063, "1703", { files = "10.0.15063.0", dotnet = 460798 })
ten("redstone", "win10-1709", 16299, "1709", { dotnet = 461308 })
ten("redstone", "win10-1803", 17134, "1803", { dotnet = 461808 })
ten("rs5", "win10-1809", 17763, "1809", { dotnet = 461814 })
ten("redstone", "win10-1903", 18362, "1903", { dotnet = 528040 })
ten("redstone", "win10-1909", 18363, "1909", { branch = 18362, dotnet = 528040 })
ten("redstone", "win10-2004", 19041, "2004", { dotnet = 528372 })
ten("vibranium", "win10-20h2", 19042, "20H2", { branch = 19041, dotnet = 528372 })
ten("vibranium", "win10-21h1", 19043, "21H1", { branch = 19041, dotnet = 528372 })
ten("vibranium", "win10-21h2", 19044, "21H2", { branch = 19041, dotnet = 528372 })
ten("vibranium", "win10-22h2", 19045, "22H2", { branch = 19041, dotnet = 528372, narrowed = 0 })
ten("eleven", "win11-21h2", 22000, "21H2", { name = "Windows 11", dotnet = 528449 })
ten("eleven", "win11-22h2", 22621, "22H2", { name = "Windows 11", dotnet = 533320 })
ten("eleven", "win11-23h2", 22631, "23H2", { name = "Windows 11", branch = 22621, dotnet = 533320 })
ten("eleven", "win11-24h2", 26100, "24H2", { name = "Windows 11", dotnet = 533325 })
ten("eleven", "win11-25h2", 26200, "25H2", { name = "Windows 11", branch = 26100, dotnet = 533509, source = "none",
  mark = "G" })

-- Servers of the 10.0 line; the annual and semi-annual channels carry the EditionID ServerStandardACor (G).
local function server_ten(kin_name, id, build, label, row)
  row.release = label
  row.files = row.files or ("10.0.%d.1"):format(row.branch or build)
  server(kin_name, id, build, row)
end
local function channel(id, build, label, row)
  row.name, row.product = "Windows Server, version " .. label, "Windows Server Standard"
  row.edition = "ServerStandardACor"
  row.mark = row.mark or "S+G"
  server_ten(row.kin or "redstone", id, build, label, row)
end
server_ten("redstone", "ws2016", 14393, "1607", { name = "Windows Server 2016",
  product = "Windows Server 2016 Standard", files = "10.0.14393.0", dotnet = 394802 })
channel("ws-1709", 16299, "1709", { dotnet = 461308 })
channel("ws-1803", 17134, "1803", { dotnet = 461808 })
server_ten("rs5", "ws2019", 17763, "1809", { name = "Windows Server 2019",
  product = "Windows Server 2019 Standard", dotnet = 461814 })
channel("ws-1903", 18362, "1903", { dotnet = 528040, source = "RELINFO" })
channel("ws-1909", 18363, "1909", { branch = 18362, dotnet = 528040, source = "RELINFO" })
channel("ws-2004", 19041, "2004", { dotnet = 528372, source = "none", mark = "G" })
channel("ws-20h2", 19042, "20H2", { kin = "vibranium", branch = 19041, dotnet = 528372, source = "none",
  mark = "G" })
server_ten("eleven-server", "ws2022", 20348, "21H2", { name = "Windows Server 2022",
  product = "Windows Server 2022 Standard",
  dotnet = 528449, source = "PROT; SQLCHECK", mark = "S" })
channel("ws-23h2", 25398, "23H2", { kin = "eleven-server", dotnet = 533325, source = "code index", mark = "S3" })
server_ten("eleven-server", "ws2025", 26100, "24H2", { name = "Windows Server 2025",
  product = "Windows Server 2025 Standard",
  dotnet = 533325, source = "PROT", mark = "S+G" })

-- The revisions of July 2019, by build, from which on WinHTTP sends no DHE_RSA suite with GCM; 1909 came later. What
-- it sends is recorded (S3), the numbers are G.
releases.JULY_2019 = { [15063] = 1928, [16299] = 1268, [17134] = 885, [17763] = 615, [18362] = 239 }

releases.list = list
releases.by_id = {}
for _, row in ipairs(list) do releases.by_id[row.id] = row end

-- "6.1" as a number that orders: 6.1 -> 601, 10.0 -> 1000.
local function order(nt)
  local major, minor = tostring(nt):match "^(%d+)%.(%d+)$"
  return major and tonumber(major) * 100 + tonumber(minor)
end
releases.order = order

-- Of the two rows of one build, Windows 8 and Embedded 8, the one that the edition names.
local function fits(row, edition)
  if row.id ~= "win8" and row.id ~= "win8-embedded" then return true end
  return (row.id == "win8-embedded") == ((edition or ""):find "^Embedded" ~= nil)
end

-- The row of a machine, and whether build and service pack are exactly those of the row. A build that stands in no row
-- gets the nearest older one of the same kind and false; nil means that nothing comes near. Domain controllers are
-- servers; a machine that does not say what it is counts as a workstation, with false.
function releases.of(system)
  local best
  local kind, nt = system.server == true and "server" or "workstation", tostring(system.nt)
  for _, row in ipairs(list) do
    if row.product_type == kind and row.nt == nt and fits(row, system.edition) then
      if row.build == system.build or row.also_build == system.build then return row, system.server ~= nil end
      if row.build < system.build then best = row end -- rows of a kind stand in the order of their builds
    end
  end
  return best, false
end

-- "on", "off" or "ns": what Schannel does with a protocol in a role when the registry is silent.
function releases.default(row, protocol, role)
  local entry = row.schannel[protocol]
  return entry and entry[role]
end

-- The protocols that WinHTTP offers by default at a revision (UBR; nil: not known), as bits: those that are certain,
-- and those besides that the revision would decide. `bits`: the default before any update, WinHTTP's if it is left out.
-- What is left after KB5017811 stands in no document as a number; TLS 1.2 is what it leaves.
function releases.default_bits(row, revision, bits)
  bits = bits or row.winhttp
  local left = bits & protocols.ERAS.modern
  if not row.narrowed or revision and revision < row.narrowed then return bits, 0 end
  return left, (revision or row.narrowed == 0) and 0 or bits & ~left
end

-- The same of WinINET, by the major version of Internet Explorer; row may be nil. The numbers are general knowledge (G;
-- recorded users of 8.1 have 0xAA0, of 10 0xA80): Explorer 11 came with SSL 3.0 on and lost it in April 2015. That TLS
-- 1.1 and 1.2 come with Explorer 11 is not (SP13), nor that updates take TLS 1.0 and 1.1 away on some of 10
-- (KB5017811).
function releases.explorer_bits(row, explorer, revision)
  if explorer < 11 then return 0x0A0, 0 end
  if row and releases.default(row, "TLS 1.3", "Client") == "on" then return 0x2800, 0 end
  if row and row.nt ~= "10.0" then return 0xA80, protocols.BITS["SSL 3.0"] end
  if not row then return 0xA80, 0 end
  return releases.default_bits(row, revision, 0xA80)
end

return releases
