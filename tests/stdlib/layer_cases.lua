-- Facts of made-up machines for the tests of the layers, and how their rows are found. Says nothing about the rules.

local handshake = require "tls.handshake"
local layers = require "tls.layers"
local protocols = require "tls.protocols"
local releases = require "windows.releases"

local cases = {}

local RUNTIMES = { "v2.0.50727", "v4.0.30319" }

-- The facts of a release on which nothing is set and nothing but .NET is installed.
function cases.plain(id)
  local row = releases.by_id[id]
  local facts = { release = id, exact = true, nt = row.nt, build = row.build, server = row.product_type == "server",
    updates = {}, protocols = {}, algorithms = { Ciphers = {}, Hashes = {}, KeyExchangeAlgorithms = {} },
    sizes = { ["Diffie-Hellman"] = {}, PKCS = {} }, order = {}, curves = {}, fips = {}, minimum = {} }
  for _, name in ipairs(protocols.NAMES) do facts.protocols[name] = { Client = {}, Server = {} } end
  for _, kb in ipairs { "KB4019276", "KB3042058", "KB3161639", "KB2919355" } do facts.updates[kb] = false end
  local held = { winhttp = { values = {} }, wininet = { explorer = 11, machine = {}, users = {}, absent = 0 },
    dotnet = { values = {} }, powershell = {}, rdp = { fDenyTSConnections = 1 }, http_sys = {},
    sql = { instances = {}, drivers = {} } }
  for _, view in ipairs { 64, 32 } do
    table.insert(held.winhttp.values, { view = view })
    table.insert(held.wininet.machine, { view = view })
    for _, runtime in ipairs(RUNTIMES) do table.insert(held.dotnet.values, { runtime = runtime, view = view }) end
  end
  facts.layers = held
  return facts
end

function cases.rows_of(facts)
  return layers.rows(facts, handshake.side(facts, "Client"), handshake.side(facts, "Server"))
end

-- The first row of a layer, by the beginning of its `who` where there are several.
function cases.row_of(rows, layer, who)
  for _, row in ipairs(rows) do
    if row.layer == layer and (not who or row.who:find(who, 1, true) == 1) then return row end
  end
end

function cases.answer(facts, layer, who)
  local row = cases.row_of(cases.rows_of(facts), layer, who)
  return row and row.tls12
end

return cases
