-- tls.layers: every switch of every version by release, role and layer, against Microsoft's table said once more.

local check = require "check"
local cases = require "layer_cases"
local handshake = require "tls.handshake"
local protocols = require "tls.protocols"
local releases = require "windows.releases"

local plain, rows_of, row_of = cases.plain, cases.rows_of, cases.row_of

-- One release of each profile of Microsoft's table, and what it does with TLS 1.2 by itself.
local PROFILES = { { "vista-sp2", "ns" }, { "win7-sp1", "off" }, { "ws2012", "on" }, { "win81", "on" },
  { "win10-1507", "on" }, { "ws2016", "on" } }

-- What the two values make of a default, said once more in other words (TLSREG).
local function effect(default, enabled, disabled)
  if default == "ns" then return "never" end
  if enabled == 0 then return "never" end
  if disabled == 0 or disabled == nil and default == "on" then return "offered" end
  return "asked for"
end

check.test("every switch of TLS 1.2 as client, by release and layer", function()
  local cells = 0
  for _, profile in ipairs(PROFILES) do
    for _, enabled in ipairs { "absent", 0, 1 } do
      for _, disabled in ipairs { "absent", 0, 1 } do
        local facts = plain(profile[1])
        local held, values = facts.layers, facts.protocols["TLS 1.2"].Client
        values.Enabled = enabled ~= "absent" and enabled or nil
        values.DisabledByDefault = disabled ~= "absent" and disabled or nil
        held.winhttp.values = { { view = 64, value = 0x800 } }
        held.dotnet.v4, held.dotnet.release = "4.6.2", 394802
        held.dotnet.values[2].SystemDefaultTlsVersions, held.dotnet.values[4].SchUseStrongCrypto = 1, 1
        local got = effect(profile[2], values.Enabled, values.DisabledByDefault)
        local by_default, by_name = got == "offered" and "yes" or "no", got ~= "never" and "yes" or "no"
        local where = ("%s %s %s"):format(profile[1], enabled, disabled)
        local rows = rows_of(facts)
        check.equal(row_of(rows, "schannel", "as client").tls12, by_default, where)
        check.equal(row_of(rows, "winhttp").tls12, profile[1] == "vista-sp2" and "cannot tell" or by_name,
          where)
        check.equal(row_of(rows, "wininet").tls12, by_name, where)
        check.equal(row_of(rows, "dotnet", ".NET 4.6.2, 64-bit").tls12, by_default, where)
        check.equal(row_of(rows, "dotnet", ".NET 4.6.2, 32-bit").tls12, by_name, where)
        cells = cells + 5
      end
    end
  end
  check.equal(cells, 270)
end)

-- Microsoft's table of versions (PROT), by the first build: what a client and a server do with SSL 2.0, SSL 3.0, TLS
-- 1.0, TLS 1.1, TLS 1.2, TLS 1.3, DTLS 1.0 and DTLS 1.2 by themselves. 1: offered, 0: only where it is asked for, -:
-- not there.
local TABLE = { { 6000, "011-----", "111-----" }, { 7600, "01100-1-", "11100-1-" }, { 9200, "01111-1-", "01111-1-" },
  { 14393, "-0111-11", "-0111-11" }, { 20348, "-0111111", "-0111111" } }

local function by_table(row, role, index)
  local text
  for _, line in ipairs(TABLE) do
    if row.build >= line[1] then text = line[role == "Client" and 2 or 3] end
  end
  return ({ ["1"] = "on", ["0"] = "off", ["-"] = "ns" })[text:sub(index, index)]
end

-- Sets both values of every version in both roles.
local function set_all(facts, enabled, disabled)
  for _, name in ipairs(protocols.NAMES) do
    for _, role in ipairs { "Client", "Server" } do
      facts.protocols[name][role] = { Enabled = enabled, DisabledByDefault = disabled }
    end
  end
end

check.test("every switch of every version, by release and role: what bare Schannel offers", function()
  local cells = 0
  local names = { "SSL 2.0", "SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3", "DTLS 1.0", "DTLS 1.2" }
  for _, row in ipairs(releases.list) do
    for _, enabled in ipairs { false, 0, 1, 0xFFFFFFFF } do
      for _, disabled in ipairs { false, 0, 1 } do
        local facts = plain(row.id)
        set_all(facts, enabled or nil, disabled or nil)
        local rows = rows_of(facts)
        for _, role in ipairs { "Client", "Server" } do
          local side, expected = handshake.side(facts, role), {}
          for index, name in ipairs(names) do
            local got = effect(by_table(row, role, index), enabled or nil, disabled or nil)
            check.equal(side.versions[name].state == "on", got == "offered", row.id .. " " .. name)
            local suites = name ~= "SSL 3.0" or row.build < 16299 -- 1709 has none for it
            if got == "offered" and suites and protocols.BITS[name] then expected[#expected + 1] = name end
            cells = cells + 1
          end
          check.equal(table.concat(row_of(rows, "schannel", "as " .. role:lower()).offers, ", "),
            table.concat(expected, ", "), ("%s %s %s %s"):format(row.id, role, enabled, disabled))
        end
      end
    end
  end
  check.equal(cells, #releases.list * 12 * 16)
end)

check.test("the policy of a lowest version: third parties alone say what it does", function()
  local function states(id, value, role)
    local facts = plain(id)
    facts.minimum.Client = value
    facts.protocols["TLS 1.1"].Client.Enabled = 0
    local side, list = handshake.side(facts, role or "Client"), {}
    for _, name in ipairs { "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3", "DTLS 1.2" } do
      list[#list + 1] = side.versions[name].state
    end
    return table.concat(list, ", ")
  end
  check.equal(states("win11-24h2", nil), "on, off, on, on, on")
  check.equal(states("win11-24h2", "1.2"), "cannot tell, off, on, on, on")
  check.equal(states("win11-24h2", "1.0"), "on, cannot tell, on, on, on")
  check.equal(states("win11-24h2", "1.3"), "cannot tell, off, cannot tell, on, on")
  check.equal(states("win11-24h2", 12), "cannot tell, cannot tell, cannot tell, cannot tell, on", "not readable")
  check.equal(states("win11-24h2", "1.2", "Server"), "on, on, on, on, on")
  check.equal(states("ws2022", "1.2"), "on, off, on, on, on", "not read before 24H2")
end)

local MISSING = { unknown = "HKLM\\SYSTEM\\CurrentControlSet" }

check.test("what Schannel cannot tell is neither offered nor left out", function()
  for _, profile in ipairs(PROFILES) do
    local facts = plain(profile[1])
    for _, name in ipairs(protocols.NAMES) do facts.protocols[name].Client = { Enabled = MISSING } end
    facts.layers.wininet.policy, facts.layers.winhttp.values = 0xA80, { { view = 64, value = 0xA80 } }
    for _, row in ipairs(rows_of(facts)) do
      if row.layer == "schannel" and row.role == "Client" or row.layer == "wininet" or row.layer == "winhttp" then
        check.equal(row.offers, { "cannot tell" }, profile[1] .. " " .. row.layer .. " " .. row.who)
        check.equal(row.tls12 == "yes", false, profile[1])
      end
    end
  end
end)

check.test("the reason is that of the version that cannot be told, not of one that is only on request", function()
  local facts = plain "win11-24h2"
  facts.protocols["TLS 1.2"].Client = { DisabledByDefault = 1 }
  facts.protocols["TLS 1.3"].Client = { Enabled = MISSING }
  local row = row_of(rows_of(facts), "schannel", "as client")
  check.equal(row.tls12, "cannot tell")
  check.match(row.why, "is not in this file")
end)

check.test("what a layer may offer besides is nothing that it offers for certain", function()
  local seen = 0
  for _, id in ipairs { "win10-1809", "ws2019", "win10-1607", "win81" } do
    local facts = plain(id) -- the revision is not known
    for _, row in ipairs(rows_of(facts)) do
      local there = {}
      for _, name in ipairs(row.offers) do there[name] = true end
      for _, name in ipairs(row.perhaps or {}) do
        seen = seen + 1
        check.equal(there[name], nil, ("%s %s %s"):format(id, row.layer, name))
      end
    end
  end
  check.equal(seen > 0, true)
end)

check.test("a layer is the obstacle only where it asks for nothing of today", function()
  local facts = plain "ws2016"
  facts.protocols["TLS 1.2"].Client.Enabled = 0
  for value, why in pairs { [0x80] = "^DefaultSecureProtocols is 0x80", [0x880] = "TLS 1.2\\Client has Enabled=0" } do
    facts.layers.winhttp.values = { { view = 64, value = value } }
    check.match(row_of(rows_of(facts), "winhttp").why, why)
  end
end)

check.done "layers"
