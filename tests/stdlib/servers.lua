-- The stand-in of the native half of probe: servers are those of `machine.servers["HOST:PORT"]`, tables
-- { versions =, client = }; others are not asked.

local function split(endpoint)
  local host, port = endpoint:match "^(.+):(%d+)$"
  return host or error("no endpoint: " .. endpoint, 0), tonumber(port)
end

return function(machine)
  local function answer(host, port, what)
    local server = machine.servers[host .. ":" .. port]
    if server then return server[what] end
    return nil, "not asked here"
  end
  return {
    split = split,
    unknown = function(text) table.insert(machine.unknowns, text) end,
    versions = function(host, port) return answer(host, port, "versions") end,
    default_client = function(host, port) return answer(host, port, "client") end,
  }
end
