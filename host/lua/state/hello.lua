-- The ClientHello of a layer, for `tlsmend state --hello`: as tls.hello answers it, and as text.

local facts = require "tls.facts"
local layer_facts = require "tls.layer_facts"
local said = require "state.said"
local system = require "system"
local tls_hello = require "tls.hello"

local hello = {}

local say = said.say

-- asked: { machine, layer, filters }.
function hello.read(asked)
  local now = facts.read()
  now.layers = layer_facts.read()
  local made, wrong = tls_hello.of(now, asked.layer, asked.filters)
  if not made then return { usage = wrong } end
  made.machine, made.name = asked.machine, system.describe()
  return made
end

local LAYER = { schannel = "Schannel", winhttp = "WinHTTP", wininet = "WinINET", net = ".NET Framework" }
local PARTS = { { "versions", "Versions" }, { "suites", "Cipher suites" }, { "groups", "Groups" },
  { "signature_algorithms", "Signature algorithms" }, { "filters", "Filters" } }
local VERDICT = { no = "Nothing is offered.", ["cannot tell"] = "Not all of it can be told." }

function hello.text(made)
  said.begin(made.said and made.said.texts)
  local lines = { made.name .. "   " .. made.machine, "", say("ClientHello of %s", LAYER[made.layer]) }
  for _, part in ipairs(PARTS) do
    local list = made[part[1]]
    lines[#lines + 1] = ("  %s"):format(say(part[2]))
    if #list == 0 then lines[#lines + 1] = "    " .. say "none" end
    for _, name in ipairs(list) do lines[#lines + 1] = "    " .. name end
  end
  if #made.why > 0 then lines[#lines + 1] = "" end
  for _, why in ipairs(made.why) do said.wrap(lines, "", say(why)) end
  if VERDICT[made.result] then lines[#lines + 1] = say(VERDICT[made.result]) end
  return table.concat(lines, "\n") .. "\n"
end

function hello.texts(made)
  hello.text(made)
  return said.texts()
end

return hello
