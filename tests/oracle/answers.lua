-- The model's answers to machines, for the oracle to compare. A line of the input is a machine and the sets of versions
-- that programs name, as Lua constructors: facts, { named, named }; a line of the output is what line() of compare.py
-- writes. Runs in plain Lua, because the model needs no machine.

package.path = "stdlib/?.lua"

local handshake = require "tls.handshake"
local layers = require "tls.layers"
local protocols = require "tls.protocols"
local verdict = require "tls.verdict"

local NAMES = protocols.NAMES

local function states(side)
  local list = {}
  for i, name in ipairs(NAMES) do
    list[i] = side.versions[name].state
    if list[i] ~= "on" and (side.versions[name].why or "") == "" then list[i] = list[i] .. " (no reason)" end
  end
  return table.concat(list, ",")
end

local function suites(list)
  local texts = {}
  for i, suite in ipairs(list) do texts[i] = suite.name .. (suite.curve or "") .. (suite.sure and "+" or "-") end
  return table.concat(texts, " ")
end

local function groups(list)
  local texts = {}
  for i, group in ipairs(list) do texts[i] = group.name .. (group.sure and "+" or "-") end
  return table.concat(texts, " ")
end

-- An answer; one other than yes has a reason.
local function told(answer, why)
  if answer ~= "yes" and (type(why) ~= "string" or why == "") then return answer .. " (no reason)" end
  return answer
end

local function offer(side, named)
  local result = handshake.offer(side, named)
  local list = {}
  for i, name in ipairs(NAMES) do
    local row = result.versions[name]
    list[i] = told(row.answer, row.why)
  end
  return table.concat(list, ",") .. ";" .. told(result.modern, result.why)
end

local function set(list)
  local result = {}
  for _, name in ipairs(list) do result[name] = true end
  return result
end

local function role(name, facts, sets)
  local side = handshake.side(facts, name)
  local texts = { states(side), side.owner .. (side.open and ", open" or ""), suites(side.suites), groups(side.groups),
    table.concat(side.signature_algorithms, " "), offer(side) }
  for _, named in ipairs(sets) do texts[#texts + 1] = offer(side, set(named)) end
  return table.concat(texts, ";")
end

-- The rows of the layers and the verdict, for facts that hold layers.
local function rows(facts)
  local list = layers.rows(facts, handshake.side(facts, "Client"), handshake.side(facts, "Server"))
  local texts = {}
  for i, row in ipairs(list) do
    local answer = row.tls12 == "yes" and "yes" or told(row.tls12, row.why)
    texts[i] = table.concat({ row.layer, row.who, answer, tostring(row.counts) }, "=")
  end
  local seen = verdict.of(list)
  return table.concat(texts, ";") .. "|" .. seen.result .. "=" .. (seen.layer or "") .. "=" .. (seen.who or "")
end

for line in io.lines() do
  local facts, sets = load("return " .. line)()
  print(facts.layers and rows(facts) or role("Client", facts, sets) .. "|" .. role("Server", facts, sets))
end
