-- probe: what the answers of a server mean, and what verify makes of them.

local check = require "check"
local native = require "native"

local function answer(protocol, state, suite, detail)
  return { protocol = protocol, state = state, suite = suite, detail = detail }
end

-- Answers for TLS 1.2 and 1.3; the rest is refused.
local function versions(late, last)
  local list = { ["TLS 1.2"] = late, ["TLS 1.3"] = last }
  for _, name in ipairs { "SSL 2.0", "SSL 3.0", "TLS 1.0", "TLS 1.1" } do list[name] = answer(name, "off") end
  return list
end

local ON = answer("TLS 1.2", "on", "TLS_RSA_WITH_AES_128_CBC_SHA")
local OFF = answer("TLS 1.2", "off", nil, "alert protocol_version (70)")
local SILENT = answer("TLS 1.2", "no answer", nil, "silence for 5 s")
local LAST_ON = answer("TLS 1.3", "on", "TLS_AES_128_GCM_SHA256")
local LAST_OFF = answer("TLS 1.3", "off", nil, "alert protocol_version (70)")
local LAST_SILENT = answer("TLS 1.3", "no answer", nil, "silence for 5 s")
local OLD = answer("TLS 1.0", "on", "TLS_RSA_WITH_AES_128_CBC_SHA")

local function machine_with(server)
  local machine = native.machine "win11-24h2-x64"
  machine.servers["h:443"] = server
  return machine, machine:require "probe"
end

check.test("one version that is on is enough, off needs both, a silence is never off", function()
  local rows = {
    { ON, LAST_OFF, true }, { OFF, LAST_ON, true }, { SILENT, LAST_ON, true }, { OFF, LAST_OFF, false },
    { SILENT, LAST_OFF, nil }, { OFF, LAST_SILENT, nil }, { SILENT, LAST_SILENT, nil },
  }
  for i, row in ipairs(rows) do
    local _, probe = machine_with { versions = versions(row[1], row[2]) }
    local modern, reason = probe.modern("h", 443)
    check.equal(modern, row[3], "row " .. i)
    check.equal(type(reason), "string", "row " .. i)
  end
  local _, probe = machine_with(nil)
  check.equal({ probe.modern("h", 443) }, { nil, "not asked here" })
end)

check.test("a default client is at fault only where the server has TLS 1.2", function()
  local good, bad, silent = versions(ON, LAST_OFF), versions(OFF, LAST_OFF), versions(SILENT, LAST_SILENT)
  local refused = answer(nil, "off", nil, "0x80090326")
  local rows = {
    { good, ON, true, "agrees on TLS 1.2" }, { good, OLD, false, "agrees on TLS 1.0 with a default client, although" },
    { good, refused, false, "fails: 0x80090326" }, { bad, OLD, nil, "itself has no TLS 1.2" },
    { bad, refused, nil, "itself has no TLS 1.2" }, { silent, refused, nil, "h:443: 0x80090326" },
    { good, SILENT, nil, "silence" }, { good, nil, nil, "h:443" },
  }
  for i, row in ipairs(rows) do
    local _, probe = machine_with { versions = row[1], client = row[2] }
    local fine, reason = probe.client "h:443"
    check.equal(fine, row[3], "row " .. i)
    check.match(reason, row[4], "row " .. i)
  end
end)

check.test("winhttp-tls12 tries the endpoint that it was given", function()
  local machine = machine_with { versions = versions(ON, LAST_OFF), client = OLD }
  machine:run("winhttp-tls12", { endpoint = "h:443" })
  local good, reason = machine.verify()
  check.equal(good, false)
  check.match(reason, "h:443 agrees on TLS 1.0")
  machine:run("winhttp-tls12", { endpoint = "elsewhere:443" })
  check.equal({ machine.verify() }, { true, nil })
  check.match(machine.unknowns[1], "by a handshake: elsewhere:443: not asked here")
  machine:run "winhttp-tls12"
  check.equal({ machine.verify() }, { true, nil })
  check.equal(pcall(machine.run, machine, "winhttp-tls12", { endpoint = "nonsense" }), false)
end)

check.done "probe"
