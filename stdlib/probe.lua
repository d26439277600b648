-- The Lua half of probe: what answers of servers mean for TLS 1.2. The native half asks.

local _, native = ...
local protocols = require "tls.protocols"

local probe = { versions = native.versions, default_client = native.default_client, split = native.split }

local function told(answer)
  return answer.detail and ("%s: %s (%s)"):format(answer.protocol or "TLS", answer.state, answer.detail)
    or ("%s: %s"):format(answer.protocol or "TLS", answer.state)
end

function probe.modern(host, port, opts)
  local versions, reason = native.versions(host, port, opts)
  if not versions then return nil, reason or "this machine cannot ask a server" end
  local late, last = versions["TLS 1.2"], versions["TLS 1.3"]
  for _, answer in ipairs { last, late } do
    if answer.state == "on" then return true, ("%s with %s"):format(answer.protocol, answer.suite) end
  end
  if late.state == "off" and last.state == "off" then return false, told(late) end
  return nil, told(late)
end

local function client(endpoint, opts)
  local host, port = native.split(endpoint)
  local answer, reason = native.default_client(host, port, opts)
  if not answer then return nil, ("%s: %s"):format(endpoint, reason or "this machine cannot ask a server") end
  if answer.state == "on" and protocols.is_modern(answer.protocol) then
    return true, ("%s agrees on %s with a default client"):format(endpoint, answer.protocol)
  end
  local can, why = probe.modern(host, port, opts)
  if can and answer.state == "on" then
    return false, ("%s agrees on %s with a default client, although it has %s"):format(endpoint, answer.protocol, why)
  elseif can and answer.state == "off" then
    return false, ("%s has %s, but a default client of this machine fails: %s"):format(endpoint, why, answer.detail)
  elseif can == false then
    return nil, ("%s itself has no TLS 1.2 (%s)"):format(endpoint, why)
  end
  return nil, ("%s: %s"):format(endpoint, answer.detail or answer.state)
end

function probe.client(endpoint, opts)
  local good, reason = client(endpoint, opts)
  if good == nil then native.unknown("by a handshake: " .. reason) end
  return good, reason
end

return probe
