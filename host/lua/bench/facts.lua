-- What a machine of the bench holds that decides a handshake: read before a plan is applied and after it.

local facts = require "tls.facts"
local layer_facts = require "tls.layer_facts"

local reader = {}

function reader.read()
  local held = facts.read()
  held.layers = layer_facts.read()
  return held
end

return reader
