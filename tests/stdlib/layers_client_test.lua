-- tls.layers: what WinHTTP, WinINET, .NET and PowerShell ask for, and what they get.

local check = require "check"
local cases = require "layer_cases"
local verdict = require "tls.verdict"

local plain, rows_of, row_of, answer = cases.plain, cases.rows_of, cases.row_of, cases.answer

check.test("a value of WinHTTP: which bits count, and when", function()
  local function of(id, value, update)
    local facts = plain(id)
    facts.layers.winhttp.values = { { view = 64, value = value } }
    facts.layers.winhttp.update = update ~= nil and { kb = "KB3140245", there = update } or nil
    local row = row_of(rows_of(facts), "winhttp")
    return row.tls12, table.concat(row.offers, ", "), row.why, row.note
  end
  check.equal({ of("win7-sp1", 0xA00, true) }, { "yes", "TLS 1.1, TLS 1.2" })
  local _, names, why, note = of("win7-sp1", 0xA00, false)
  check.equal({ names, note }, { "SSL 3.0, TLS 1.0", "the value is not read without KB3140245" })
  check.equal(why, "Windows' own default is 0xA0 (SSL 3.0, TLS 1.0)")
  check.equal((of("win7-sp1", 0xA00, "unknown")), "cannot tell")
  check.equal({ of("ws2016", 0xA0) }, { "no", "TLS 1.0", "DefaultSecureProtocols is 0xA0 (SSL 3.0, TLS 1.0)" })
  check.equal(select(2, of "ws2016"), "TLS 1.0, TLS 1.1, TLS 1.2") -- SSL 3.0 stays off, though the default names it
  for _, useless in ipairs { 0, 0x10A00, "0xA00", { malformed = "REG_BINARY" } } do
    local tls12, _, _, ignored = of("ws2016", useless)
    check.equal({ tls12, ignored }, { "yes", "the value cannot be used and is ignored" })
  end
  check.equal({ of("ws2016", { unknown = "HKLM\\X" }) },
    { "cannot tell", "cannot tell", "HKLM\\X is not in this file" })
end)

check.test("WinINET: who decides for whom", function()
  local facts = plain "win7-sp1"
  local held = facts.layers.wininet
  check.equal(table.concat(row_of(rows_of(facts), "wininet").offers, ", "), "TLS 1.0, TLS 1.1, TLS 1.2")
  held.explorer = 10
  check.equal(answer(facts, "wininet"), "no")
  held.explorer = nil
  check.equal(answer(facts, "wininet"), "cannot tell")
  held.explorer, held.users = 11, { { sid = "S-1", value = 0xA0 }, { sid = "S-2", value = 0xA0, policy = 0x800 },
    { sid = "S-3" }, { sid = "S-4", value = "0xA00" } }
  check.equal({ answer(facts, "wininet", "S-1"), answer(facts, "wininet", "policy of S-2"),
    answer(facts, "wininet", "S-3"), answer(facts, "wininet", "S-4") }, { "no", "yes", "yes", "cannot tell" })
  held.machine[1].value = 0xA0
  check.equal(answer(facts, "wininet", "S-3"), "no", "the machine's value holds for who has none")
  held.policy = 0x800
  for _, row in ipairs(rows_of(facts)) do
    if row.layer == "wininet" then check.equal(row.tls12, "yes", row.who) end
  end
  held.policy, held.users, held.unknown = nil, {}, "HKU"
  held.machine[1].value = nil
  local seen = verdict.of(rows_of(facts))
  check.equal(row_of(rows_of(facts), "wininet", "each user").tls12, "cannot tell")
  check.equal(seen.result, "not-compliant", "Schannel of 7 comes first")
end)

-- installed, Release, SystemDefaultTlsVersions, SchUseStrongCrypto -> what a client gets where TLS 1.2 is on, where it
-- is on request, and where it is off.
local FRAMEWORKS = {
  { "4.0", nil, 1, 1, "no", "no", "no" }, { "4.0 Client Profile", nil, 1, 1, "no", "no", "no" },
  { "4.5", 378389, nil, nil, "no", "no", "no" }, { "4.5.2", 379893, nil, nil, "no", "no", "no" },
  { "4.5", 378389, nil, 1, "yes", "yes", "no" }, { "4.5.2", 379893, 1, nil, "yes", "no", "no" },
  { "4.6", 393295, nil, nil, "some", "some", "no" }, { "4.6", 393295, nil, 1, "yes", "yes", "no" },
  { "4.6", 393295, 0, nil, "no", "no", "no" }, { "4.6", 393295, nil, 0, "no", "no", "no" },
  { "4.8", 528040, nil, nil, "some", "some", "no" }, { "4.8", 528040, 1, nil, "yes", "no", "no" },
  { "4.8", 528040, nil, 1, "yes", "some", "no" }, { "4.8", 528040, 0, 1, "yes", "yes", "no" },
  { "4.8", 528040, "1", nil, "cannot tell", "cannot tell", "cannot tell" },
  { "4.8", 528040, 1, "1", "yes", "no", "no" },
}

check.test(".NET by version and values", function()
  for index, row in ipairs(FRAMEWORKS) do
    for column, value in ipairs { "on", "request", "off" } do
      local facts = plain "ws2012"
      local held = facts.layers.dotnet
      facts.protocols["TLS 1.2"].Client = value == "off" and { Enabled = 0 }
        or value == "request" and { DisabledByDefault = 1 } or {}
      held.v4, held.release = row[1], row[2]
      held.values = { { runtime = "v4.0.30319", view = 64, SystemDefaultTlsVersions = row[3],
        SchUseStrongCrypto = row[4] } }
      check.equal(answer(facts, "dotnet"), row[4 + column], ("row %d, %s"):format(index, value))
    end
  end
end)

check.test(".NET 4.7 and later with strong crypto alone: two kinds of programs", function()
  local facts = plain "ws2022"
  local held = facts.layers.dotnet
  held.v4, held.release = "4.8", 528040
  held.values = { { runtime = "v4.0.30319", view = 64, SchUseStrongCrypto = 1 } }
  facts.protocols["TLS 1.2"].Client.Enabled = "1" -- malformed: those built for 4.6 hang on it, the others have TLS 1.3
  check.equal(answer(facts, "dotnet"), "cannot tell")
end)

check.test(".NET 3.5 follows Windows by its value and an update", function()
  local function of(versions, needs)
    local facts = plain "ws2012"
    local held = facts.layers.dotnet
    held.v2, held.v2_needs = "3.5", needs
    held.values = { { runtime = "v2.0.50727", view = 64, SystemDefaultTlsVersions = versions, SchUseStrongCrypto = 1 } }
    return answer(facts, "dotnet")
  end
  check.equal({ of(nil), of(1), of(1, { kb = "KB3154519", there = true }) }, { "no", "yes", "yes" })
  check.equal({ of(1, { kb = "KB3154519", there = false }), of(1, { kb = "KB3154519", there = "unknown" }),
    of(1, { never = "no way" }) }, { "no", "cannot tell", "no" })
end)

check.test("PowerShell: as the values of its runtime say, else as built for 4.5", function()
  local function of(id, value)
    local facts = plain(id)
    facts.layers.powershell = { { version = "5.1.14409.1005", runtime = "v4.0.30319" } }
    facts.layers.dotnet.v4, facts.layers.dotnet.release = "4.8", 528040
    facts.layers.dotnet.values = { { runtime = "v4.0.30319", view = 64, SystemDefaultTlsVersions = value } }
    return answer(facts, "powershell", "PowerShell 5.1.14409.1005")
  end
  check.equal({ of("ws2012", 1), of "ws2012", of "ws2016", of "ws2019" }, { "yes", "no", "no", "cannot tell" })
end)

check.test("a client on .NET of which something is not known is never sure", function()
  local key = "HKLM\\SOFTWARE\\Microsoft\\.NETFramework\\v4.0.30319"
  local setup = "HKLM\\SOFTWARE\\Microsoft\\NET Framework Setup\\NDP\\v4\\Full"
  for _, case in ipairs { { key, "SystemDefaultTlsVersions", "1" }, { key, "SchUseStrongCrypto", 7 },
    { setup, "Release", 1 } } do
    local machine = require "native".machine "ws2022-x64"
    machine:put(case[1], case[2], case[3], 64)
    local held = machine:require "tls.facts".read()
    held.layers = machine:require "tls.layer_facts".read()
    local seen = false
    for _, client in ipairs(require "state.clients".all(held)) do
      if client.layer == "net" and (not client.who or client.who[1] == "64-bit") then
        seen = true
        check.equal(client.versions["TLS 1.2"], "cannot tell", case[2])
        assert(client.unsure, case[2])
      end
    end
    assert(seen)
  end
end)

check.done "layers, programs"
