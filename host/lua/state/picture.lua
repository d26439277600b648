-- What the model says of a machine, small enough to stand in a plan: each layer with what it gets of each version, and
-- the verdict. `tlsmend plan` asks twice, of the machine and of the machine after the plan; a page draws it.

local facts = require "tls.facts"
local handshake = require "tls.handshake"
local layer_facts = require "tls.layer_facts"
local layers = require "tls.layers"
local protocols = require "tls.protocols"
local verdict = require "tls.verdict"

local picture = {}

-- The answers of Schannel itself, version by version.
local function answers(side)
  local offer, result = handshake.offer(side), {}
  for _, row in ipairs(protocols.LIST) do
    if row.bit then result[row.name] = offer.versions[row.name].answer end
  end
  return result
end

-- What a layer that names its versions gets: yes or no of each that Schannel has.
local function named(row, side)
  local result, unsure = answers(side), row.offers[1] == "cannot tell"
  for name, answer in pairs(result) do
    if answer ~= "not supported" then result[name] = unsure and "cannot tell" or "no" end
  end
  for _, name in ipairs(row.offers) do
    if protocols.BITS[name] then result[name] = "yes" end
  end
  return result
end

local NAMED = { winhttp = true, wininet = true }

function picture.read()
  local held = facts.read()
  held.layers = layer_facts.read()
  local sides, rows = { Client = handshake.side(held, "Client"), Server = handshake.side(held, "Server") }, {}
  local list = layers.rows(held, sides.Client, sides.Server)
  for _, row in ipairs(list) do
    local versions = row.layer == "schannel" and answers(sides[row.role])
      or NAMED[row.layer] and named(row, sides.Client) or nil
    rows[#rows + 1] = { layer = row.layer, who = row.who, tls12 = row.tls12, why = row.why, versions = versions }
  end
  local found = verdict.of(list)
  return { rows = rows, verdict = { result = found.result, who = found.who, layer = found.layer, why = found.why } }
end

return picture
