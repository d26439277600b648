-- What a runbook's changes come to on the wire: the model of the handshake (tls.left) is asked about the machine as it
-- is then, its own changes included. Where nothing of today would be left, the run stops with the first thing that
-- stands in the way, and whoever owns that has to mend it. Reads only.

local facts = require "tls.facts"
local left = require "tls.left"
local log = require "log"

local step = { NEEDS = { reads = facts.READS } }

-- The reason with what else has taken suites away: whoever mends one thing alone would come back.
local function with_others(side, first)
  local list, seen = {}, {}
  for _, row in ipairs(side.lost) do
    if row.why:find("switched off", 1, true) and not seen[row.why] and not first:find(row.why, 1, true) then
      list[#list + 1], seen[row.why] = row.why, true
    end
  end
  return #list > 0 and ("%s; as well: %s"):format(first, table.concat(list, ", ")) or first
end

-- The first role that is left without TLS 1.2 or later and a suite of today: "no" or "cannot tell", and why; "yes".
function step.judge(roles)
  local held = facts.read { versions = left.MODERN }
  local answer, reason = "yes", nil
  for _, role in ipairs(roles) do
    local offer, side = left.of(held, role)
    local why = ("Schannel as %s: %s"):format(role:lower(), offer.why or "cannot tell")
    if offer.modern == "no" then return "no", with_others(side, why) end
    if offer.modern == "cannot tell" and answer == "yes" then answer, reason = offer.modern, why end
  end
  return answer, reason
end

-- Stops the run where a role would be left without; what cannot be told is what the plan rests on.
function step.enforce(roles)
  local answer, reason = step.judge(roles)
  if answer == "no" then
    log.refuse(("blocked, nothing is changed: TLS 1.2 would not come about all the same: %s. This runbook does not " ..
      "own that: mend it first"):format(reason))
  elseif answer == "cannot tell" then
    log.unknown(("whether TLS 1.2 comes about: %s"):format(reason))
  end
end

-- For verify: false and why.
function step.verify(roles)
  local answer, reason = step.judge(roles)
  if answer == "cannot tell" then log.unknown(("whether TLS 1.2 comes about: %s"):format(reason)) end
  return answer ~= "no", reason
end

-- The first row of a layer (tls.layers) that gets no TLS 1.2 or later, else one that cannot be told; nil: there is
-- none. Loads the whole model: for a plan that has a reason to ask.
function step.in_the_way(layer)
  local handshake, layers = require "tls.handshake", require "tls.layers"
  local held, open = facts.read(), nil
  held.layers = require "tls.layer_facts".read { only = { layer } }
  for _, row in ipairs(layers.rows(held, handshake.side(held, "Client"), handshake.side(held, "Server"))) do
    if row.layer == layer and row.tls12 == "no" then return row end
    if row.layer == layer and row.tls12 == "cannot tell" then open = open or row end
  end
  return open
end

return step
