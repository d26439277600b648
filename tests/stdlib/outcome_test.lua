-- What a runbook may rest on without loading the tables of suites (tls.left): the same as the model
-- says, on every Windows, in every patch state, for every setting of the switches.

local check = require "check"
local native = require "native"

local VALUES = { { nil, nil }, { 0, 1 }, { 1, 0 }, { 1, 1 }, { 0, nil }, { nil, 0 }, { nil, 1 }, { 0xFFFFFFFF, 0 } }
local function pair(index) return { Enabled = VALUES[index][1], DisabledByDefault = VALUES[index][2] } end

check.test("what is plain is what the model says, in every state of the switches of TLS 1.2 and 1.3", function()
  local asked = 0
  for _, name in ipairs(require "machines.builtin".names()) do
    local machine = native.machine(name)
    local facts, handshake = machine:require "tls.facts", machine:require "tls.handshake"
    local left = machine:require "tls.left"
    local held = facts.read()
    check.equal(facts.is_plain(held), true, name)
    for _, role in ipairs { "Client", "Server" } do
      for first = 1, #VALUES do
        for second = 1, #VALUES do
          held.protocols["TLS 1.2"][role], held.protocols["TLS 1.3"][role] = pair(first), pair(second)
          local offer = left.of(held, role)
          check.equal(offer.modern, handshake.offer(handshake.side(held, role)).modern, name)
          asked = asked + 1
        end
      end
    end
  end
  assert(asked > 10000)
end)

check.test("the guard lets who may write the switches read what tls.facts reads, and no more", function()
  local text = assert(io.open "host/machine/guard.c"):read "a"
  local told = {}
  local root = text:match '#define SCHANNEL%s+"([^"]+)"'
  for key in text:match("static bool decides(.-)\n}"):match("keys%[%] = {(.-)};"):gmatch "[^,%s]+" do
    told[#told + 1] = (key == "SCHANNEL" and root or key:match '"(.*)"'):gsub("\\\\", "\\")
  end
  check.equal(told, native.machine "win10-22h2-x64":require "tls.facts".READS)
end)

local function off(name, list, values)
  local machine = native.machine(name)
  local schannel, suites = machine:require "tls.schannel", machine:require "tls.suites"
  if values then machine:require "registry".set(suites.POLICY, "Functions", values) end
  machine.changes = {}
  return pcall(schannel.disable, list, "Server"), machine
end

check.test("the last version of today stays, whatever it is called", function()
  for _, row in ipairs { { "ws2016-x64", "TLS 1.2", false }, { "ws2022-x64", "TLS 1.2", true },
    { "ws2022-x64", { "TLS 1.2", "TLS 1.3" }, false }, { "win7-sp1-x64", "TLS 1.0", false },
    { "win7-sp1-x64", "SSL 3.0", true }, { "ws2016-x64", { "TLS 1.0", "TLS 1.1" }, true },
    { "ws2016-x64", "DTLS 1.2", true }, { "ws2022-x64", "TLS 1.2", false, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384" },
    { "ws2022-x64", "TLS 1.3", false, "TLS_AES_256_GCM_SHA384" }, { "ws2022-x64", "TLS 1.1", false, "none" } } do
    local fine, machine = off(row[1], row[2], row[4])
    check.equal(fine, row[3], row[1] .. " " .. (type(row[2]) == "table" and table.concat(row[2], "+") or row[2]))
    if not fine then check.equal(#machine.changes, 0, "refused before anything is written") end
  end
end)

-- What stands in the way, and the runbooks that must stop at it, on an old Windows as on a new one.
local WAYS = {
  { "no cipher suite of the order", { "m365-disable-legacy-tls", "schannel-tls12" }, function(machine)
    machine:put(machine:require "tls.suites".POLICY, "Functions", "")
  end },
  { "no cipher suite of the order", { "m365-disable-legacy-tls" }, function(machine)
    machine:put(machine:require "tls.suites".POLICY, "Functions", "ECDHE-RSA-AES256-GCM-SHA384,AES128-SHA")
  end },
  { ("KeyExchangeAlgorithms\\[%w-]+ is switched off.*"):rep(2),
    { "m365-disable-legacy-tls", "schannel-tls12" }, function(machine)
    local algorithms = machine:require "tls.algorithms"
    for _, name in ipairs(algorithms.FAMILIES.KeyExchangeAlgorithms) do
      machine:put(algorithms.path("KeyExchangeAlgorithms", name), "Enabled", 0)
    end
  end, "ws2022-x64" },
  { "Policies.*SecureProtocols keeps TLS 1.2.*0xA0.*Turn off encryption support",
    { "m365-disable-legacy-tls", "wininet-tls12", "injixo-tls12" }, function(machine)
    machine:put(machine:require "tls.wininet".POLICY, "SecureProtocols", 0xA0)
  end },
}

check.test("a plan is blocked by what its runbook does not own, with its name", function()
  for _, name in ipairs { "win7-sp1-x64+KB3140245", "ws2012r2-x64", "win10-22h2-x64", "ws2022-x64" } do
    for _, way in ipairs(WAYS) do
      local ways_out = way[4] == name -- TLS 1.3 exchanges its keys in another way
      for _, id in ipairs(ways_out and {} or way[2]) do
        local machine = native.machine(name)
        way[3](machine)
        check.fails("blocked, nothing is changed: .*" .. way[1], machine.run, machine, id)
      end
    end
  end
end)

check.test("whatever stands beside the switches is not plain", function()
  local policy = "HKLM\\SOFTWARE\\Policies\\Microsoft\\Cryptography\\Configuration\\SSL\\00010002"
  for _, name in ipairs { "Functions", "EccCurves", "OverrideMinimumEnabledTLSVersionClient" } do
    local machine = native.machine "win11-24h2-x64"
    machine:put(policy, name, 1)
    local facts = machine:require "tls.facts"
    check.equal(facts.is_plain(facts.read()), false, name)
  end
end)

check.done "outcome"
