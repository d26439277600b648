-- A server that the machine must reach, named by a parameter: tried with a handshake after the change. To be wrapped
-- around what a runbook does anyway.

-- Most runs name no endpoint, so the module is loaded where one is asked.
local function probe() return require "probe" end

local step = {
  PARAM = { type = "string", help = "HOST:PORT of a server with TLS 1.2 that this machine must reach; after the " ..
    "change a default client of Schannel is tried against it" },
}

-- The same needs, and servers may be asked.
function step.needs(needs)
  local wider = { probes = true }
  for name, value in pairs(needs) do wider[name] = value end
  return wider
end

-- A misspelled endpoint is an error before anything is done.
function step.run(run)
  return function(params)
    if params.endpoint then probe().split(params.endpoint) end
    return run(params)
  end
end

-- Only a server that has TLS 1.2 and does not give it to this machine is a failure; one that cannot be asked is none.
function step.verify(verify)
  return function(params)
    local good, reason = verify(params)
    if not good or not params.endpoint then return good, reason end
    good, reason = probe().client(params.endpoint)
    if good == false then return false, reason end
    return true
  end
end

return step
