-- The tables of the library as JSON, for the oracle: what stands in them, not what the model makes of them.
--   lua5.4 tests/oracle/tables.lua >tables.json          (in the root of the sources)

package.path = "stdlib/?.lua;tests/oracle/?.lua"

local cipher_suites = require "tls.cipher_suites"
local json = require "json"
local lists = require "windows.suite_lists"
local protocols = require "tls.protocols"
local releases = require "windows.releases"

-- Every spelling of every suite that a list of a machine may hold.
local function spellings()
  local names = {}
  for _, code in ipairs(cipher_suites.codes()) do
    local name = cipher_suites.by_code(code).name
    for _, ending in ipairs { "", "_P256", "_P384", "_P521" } do names[#names + 1] = name .. ending end
  end
  return names
end

local NAMES = spellings()

-- Which of them a release knows in a patch state: 1 yes, 0 cannot be told; what it does not know is left out.
local function known(id, state)
  local result = {}
  for _, name in ipairs(NAMES) do
    local answer = lists.knows(id, name, state)
    if answer ~= false then result[name] = answer and 1 or 0 end
  end
  return result
end

local function groups(list)
  local result = json.array {}
  for i, row in ipairs(list) do
    result[i] = { name = row.name, iana = row.iana, fips = row.fips, only = row.only, suffix = row.suffix }
  end
  return result
end

local function suites_of(list)
  local result = json.array {}
  for i, row in ipairs(list) do result[i] = json.array { row.name, row.curve } end
  return result
end

local function release(row)
  local curves = lists.curves(row.id)
  local result = { id = row.id, nt = row.nt, build = row.build, server = row.product_type == "server",
    winhttp = row.winhttp, narrowed = row.narrowed, schannel = row.schannel, updated = row.schannel_updated,
    states = json.array {}, curves = groups(curves.default), more_curves = groups(curves.supported) }
  for i, step in ipairs(lists.ladder(row.id)) do
    result.states[i] = { state = step.state, kb = step.kb, revision = step.revision,
      own = suites_of(lists.own(row.id, step.state)), knows = known(row.id, step.state),
      signatures = json.array(lists.signatures(row.id, step.state)) }
  end
  return result
end

local suites = {}
for _, code in ipairs(cipher_suites.codes()) do
  local suite = cipher_suites.by_code(code)
  suites[suite.name] = suite
end

local rows = json.array {}
for i, row in ipairs(releases.list) do rows[i] = release(row) end
print(json.encode { versions = json.array(protocols.NAMES), suites = suites, releases = rows })
