-- The steps that make a machine able to speak TLS 1.2 as a client, in their order: updates behind one restart, WinHTTP,
-- Schannel, .NET. Several runbooks are these and little else.

local dotnet = require "steps.dotnet"
local endpoint = require "steps.endpoint"
local needs = require "steps.needs"
local schannel = require "steps.schannel"
local updates = require "steps.updates"
local winhttp = require "steps.winhttp"

local step = { NEEDS = needs(winhttp.NEEDS, schannel.NEEDS, dotnet.NEEDS) }

-- Everything that has to be installed, and is not known to be there, together: one restart instead of three. `more`
-- are further items.
local function bring(params, more)
  local items = {}
  local item = schannel.item(params.package)
  if item then items[#items + 1] = item end
  if winhttp.needs_update() and winhttp.applies() then items[#items + 1] = winhttp.ITEM end
  item = dotnet.item()
  if item and dotnet.at_hand(item.kb, params.package) then items[#items + 1] = item end
  for _, other in ipairs(more or {}) do
    local seen = false
    for _, one in ipairs(items) do seen = seen or one.kb == other.kb end
    if not seen then items[#items + 1] = other end
  end
  updates.bring(items, { from = params.package })
end

-- params: package, protocols (of WinHTTP). Answers whether that changes a value.
function step.run(params, more)
  bring(params, more)
  local changed = winhttp.run_where_possible(params)
  changed = schannel.run(params, { "Client" }) or changed
  return dotnet.run(params) or changed
end

function step.verify(params)
  for _, verify in ipairs { function() return winhttp.verify_where_possible(params) end,
    function() return schannel.verify { "Client" } end, dotnet.verify } do
    local good, reason = verify()
    if not good then return good, reason end
  end
  return true
end

-- The parameters that these steps take.
step.PARAMS = {
  protocols = { type = "string[]", default = { "TLS 1.1", "TLS 1.2" },
    choices = { "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3" }, help = "what WinHTTP offers by default; never SSL" },
  package = { type = "path", help = "the folder that holds the .msu files this machine needs, or the only one" },
  endpoint = endpoint.PARAM,
}

return step
