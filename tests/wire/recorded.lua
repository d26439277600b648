-- Recordings of hellos as tests/wire/score.lua compares them: which machines of ours a recording may be of, which
-- layers its program may have gone through, and its parts in our names.

local protocols = require "tls.protocols"
local releases = require "windows.releases"
local signatures = require "tls.signatures"

local recorded = {}

-- Ours for the names of releases there; recordings of "10" do not say which 10.
local IDS = {
  vista = { "vista-sp2" }, ["7"] = { "win7-sp1" }, ["2008R2"] = { "ws2008r2-sp1" }, ["8"] = { "win8" },
  ["2012"] = { "ws2012" }, ["8.1"] = { "win81" }, ["2012R2"] = { "ws2012r2" }, ["10-1507"] = { "win10-1507" },
  ["10-1511"] = { "win10-1511" }, ["10-1607"] = { "win10-1607" }, ["10-1703"] = { "win10-1703" },
  ["10-1709"] = { "win10-1709" }, ["10-1803"] = { "win10-1803" }, ["10-1809"] = { "win10-1809" },
  ["10-1903"] = { "win10-1903" }, ["10-1909"] = { "win10-1909" }, ["10-2004"] = { "win10-2004" },
  ["10-20H2"] = { "win10-20h2" }, ["10-21H1"] = { "win10-21h1" }, ["10-21H2"] = { "win10-21h2", "win11-21h2" },
  ["10-22H2"] = { "win10-22h2" }, ["server-2022"] = { "ws2022" }, ["11"] = { "win11-21h2" },
  ["11-22H2"] = { "win11-22h2" }, ["server-2025"] = { "ws2025" },
  ["10"] = { "win10-1507", "win10-1511", "win10-1607" },
}

local LAYERS = { wininet = { "wininet" }, edgehtml = { "wininet", "winhttp" }, office = { "winhttp", "wininet" },
  ["winhttp-or-service"] = { "winhttp", "schannel", "wininet" }, smartscreen = { "winhttp", "wininet" },
  onedrive = { "winhttp", "schannel", "wininet" }, service = { "schannel", "winhttp" },
  ["winrt-mail"] = { "winhttp", "schannel", "wininet" }, [".net"] = { "net" }, [".net-framework"] = { "net" },
  dotnet = { "net" } }

local GROUPS = { ["0017"] = "secp256r1", ["0018"] = "secp384r1", ["0019"] = "secp521r1", ["001d"] = "x25519" }

-- A freshly installed machine of a release; more: what is known besides.
function recorded.machine(id, more)
  local row = releases.by_id[id]
  local facts = { release = id, exact = true, nt = row.nt, build = row.build, revision = 1,
    server = row.product_type == "server", updates = {}, protocols = {}, order = {}, curves = {}, sizes = {},
    fips = {}, algorithms = { Ciphers = {}, Hashes = {}, KeyExchangeAlgorithms = {} } }
  for _, kb in ipairs { "KB4019276", "KB3161639", "KB3042058", "KB2919355" } do facts.updates[kb] = false end
  for _, name in ipairs(protocols.NAMES) do facts.protocols[name] = { Client = {}, Server = {} } end
  for name, value in pairs(more or {}) do facts[name] = value end
  return facts
end

-- The machines: as shipped, then with every update; 7 with Internet Explorer 11 too, which a recording does not say.
local function machines(ids)
  local list = {}
  for _, id in ipairs(ids) do
    local explorers = releases.by_id[id].nt == "6.1" and { 8, 11 } or { false }
    for _, explorer in ipairs(explorers) do
      for _, there in ipairs { false, true } do
        local machine = recorded.machine(id, { revision = there and 99999 or 1, explorer = explorer or nil })
        for kb in pairs(machine.updates) do machine.updates[kb] = there end
        machine.updates.KB4019276 = false
        list[#list + 1] = machine
      end
    end
  end
  return list
end

local function names(list, table_of)
  local result = {}
  for _, code in ipairs(list) do result[#result + 1] = table_of[code] or code end
  return result
end

-- SSL3.0 -> SSL 3.0
local function version(text) return (text:gsub("^(%a+)(%d)", "%1 %2")) end

-- { layers, machines, versions (one: the highest), suites (codes), groups, signs }; nil for one of a release that is
-- not built. Parts that the recording does not have are nil.
function recorded.row(recording)
  local ids = IDS[recording.release]
  if not ids then return nil end
  local row = { layers = LAYERS[recording.layer] or { "schannel", "winhttp", "net" }, machines = machines(ids),
    versions = {}, suites = {} }
  for _, text in ipairs(recording.supported_versions or { recording.client_version }) do
    row.versions[#row.versions + 1] = version(text)
  end
  for _, code in ipairs(recording.suites_hex) do
    if code ~= "00ff" then row.suites[#row.suites + 1] = code end
  end
  row.groups = recording.groups and names(recording.groups, GROUPS)
  row.signs = recording.sigalgs and signatures.names(table.concat(recording.sigalgs, " "))
  return row
end

return recorded
