-- tls.left: where it answers by the switches of versions alone it answers as the model does, values that are none
-- included (outcome_test has the others on every Windows); what it refuses; and steps.outcome, which rests on it.

local check = require "check"
local native = require "native"
local protocols = require "tls.protocols"

local MISSING = { unknown = "HKLM\\SYSTEM\\CurrentControlSet" }
local VALUES = { false, 0, 1, 0xFFFFFFFF, "1", { malformed = "REG_BINARY" }, MISSING }

check.test("what is plain by the switches is what the model says", function()
  local asked, plain = 0, 0
  for _, name in ipairs { "win7-sp1-x64", "ws2012-x64", "ws2016-x64", "ws2022-x64", "win11-24h2-x64" } do
    local machine = native.machine(name)
    local left, handshake = machine:require "tls.left", machine:require "tls.handshake"
    local held = machine:require "tls.facts".read()
    for _, lowest in ipairs { false, "1.3", 12 } do
      held.minimum = { Client = lowest or nil }
      for _, enabled in ipairs(VALUES) do
        for _, disabled in ipairs(VALUES) do
          for _, version in ipairs(left.MODERN) do
            held.protocols[version].Client = { Enabled = enabled or nil, DisabledByDefault = disabled or nil }
          end
          local answer, side = left.of(held, "Client")
          asked, plain = asked + 1, plain + (side and 0 or 1)
          check.equal(answer.modern, handshake.offer(handshake.side(held, "Client")).modern,
            ("%s %s %s %s"):format(name, lowest, enabled, disabled))
        end
      end
    end
  end
  assert(plain > 20 and plain < asked / 2, ("%d of %d"):format(plain, asked))
end)

check.test("on a Windows that is in no table as well", function()
  local machine = native.machine "ws2022-x64"
  local left, handshake = machine:require "tls.left", machine:require "tls.handshake"
  for _, release in ipairs { "ws2022", false } do
    for _, enabled in ipairs(VALUES) do
      local held = machine:require "tls.facts".read()
      held.exact, held.release = false, release or nil
      for _, version in ipairs(left.MODERN) do
        held.protocols[version].Client = { Enabled = enabled or nil, DisabledByDefault = 0 }
      end
      check.equal(left.of(held, "Client").modern, handshake.offer(handshake.side(held, "Client")).modern,
        ("%s %s"):format(release, enabled))
    end
  end
end)

check.test("the last SSL goes where any TLS is left, the last TLS only where a modern one is", function()
  local function refused(on, list)
    local machine = native.machine "ws2012r2-x64"
    local schannel = machine:require "tls.schannel"
    for _, protocol in ipairs(protocols.NAMES) do
      machine:put(schannel.path(protocol, "Server"), "Enabled", protocol == on and 1 or 0)
      machine:put(schannel.path(protocol, "Server"), "DisabledByDefault", protocol == on and 0 or 1)
    end
    return not pcall(machine:require "tls.left".refuse_last, list, "Server")
  end
  for _, on in ipairs { "none", "SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2" } do
    check.equal(refused(on, { "SSL 2.0", "SSL 3.0" }), on == "none" or on == "SSL 3.0", on)
    check.equal(refused(on, { "TLS 1.0", "TLS 1.1" }), on ~= "TLS 1.2", on)
    check.equal(refused(on, { "TLS 1.2" }), true, on)
    check.equal(refused(on, { "TLS 1.0", "SSL 3.0" }), on ~= "TLS 1.2", on .. ", in any order")
    check.equal(refused(on, { "DTLS 1.0" }), false, on)
  end
end)

check.test("what comes of a run: no before cannot tell before yes, and what cannot be told is noted", function()
  local RANK = { yes = 0, ["cannot tell"] = 1, no = 2 }
  for client in pairs(RANK) do
    for server in pairs(RANK) do
      local machine = native.machine "ws2016-x64"
      for role, answer in pairs { Client = client, Server = server } do
        local path = machine:require "tls.schannel".path("TLS 1.2", role)
        if answer == "no" then machine:put(path, "Enabled", 0) end
        if answer == "cannot tell" then machine:put(path, "Enabled", "1", "REG_SZ") end
      end
      local outcome, worst = machine:require "steps.outcome", RANK[client] > RANK[server] and client or server
      check.equal((outcome.judge { "Client", "Server" }), worst, client .. ", " .. server)
      check.equal((outcome.verify { "Client", "Server" }), worst ~= "no")
      check.equal(#machine.unknowns, worst == "cannot tell" and 1 or 0, "verify")
      check.equal(pcall(outcome.enforce, { "Client", "Server" }), worst ~= "no")
      check.equal(#machine.unknowns, worst == "cannot tell" and 2 or 0, "enforce")
    end
  end
end)

check.done "left"
