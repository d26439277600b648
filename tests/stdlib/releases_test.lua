-- windows.releases and machines.builtin: the matrix is complete, every machine is what its row says.

local check = require "check"
local lists = require "windows.suite_lists"
local machines = require "machines.builtin"
local native = require "native"
local protocols = require "tls.protocols"
local releases = require "windows.releases"
local sources = require "windows.sources"
local updates = require "windows.updates"

-- Whether every tag of a text such as "OPT; CM-NL" is known.
local function known(text)
  for tag in text:gmatch "[^;]+" do
    tag = tag:match "^%s*(.-)%s*$"
    local base = tag:gsub("%s*id %d+$", "")
    if base ~= "" and not sources.tags[base] then return false end
  end
  return text ~= ""
end

check.test("every row has what others read, and its sources are known", function()
  for _, row in ipairs(releases.list) do
    local fields = { "id", "nt", "build", "name", "product", "edition", "files", "winhttp", "source", "mark" }
    for _, field in ipairs(fields) do
      assert(row[field] ~= nil, row.id .. " has no " .. field)
    end
    for _, field in ipairs { "source", "schannel_source", "winhttp_source" } do
      assert(known(row[field]), row.id .. ": " .. row[field])
    end
    for _, protocol in ipairs(protocols.NAMES) do
      for _, role in ipairs { "Client", "Server" } do
        local state = releases.default(row, protocol, role)
        assert(state == "on" or state == "off" or state == "ns", row.id .. protocol)
      end
    end
  end
end)

check.test("update rows: sources, marks, and hashes that are whole", function()
  for kb, row in pairs(updates.rows()) do
    check.equal(row.kb, kb)
    for name, value in pairs(row) do
      if name:find "source$" then assert(known(value), kb .. ": " .. value) end
    end
    assert(row.mark and row.title and row.delivers and row.restart ~= nil and #row.branches > 0, kb)
    for _, branch in ipairs(row.branches) do
      for _, sha1 in pairs(branch.sha1) do check.match(sha1, "^" .. ("%x"):rep(40) .. "$", kb) end
      for _, file in ipairs(branch.files or {}) do check.match(file.floor, "^%d+%.%d+%.%d+%.%d+$", kb) end
    end
    for _, list in ipairs { "prerequisites", "superseded_by", "contained_in", "contains" } do
      for _, other in ipairs(row[list] or {}) do check.equal(updates.kb(other), other) end
    end
  end
end)

check.test("each built-in machine is recognised as its own release", function()
  local names = machines.names()
  assert(#names >= 60, "only " .. #names)
  for _, name in ipairs(names) do
    local system = native.machine(name):require "system"
    check.equal(system.row.id .. "-" .. system.architecture, name)
    check.equal(system.name, system.row.name, name)
    check.equal(system.exact, true, name)
  end
end)

check.test("the name trap: Windows 11 is registered as Windows 10", function()
  local system = native.machine("win11-24h2-x64"):require "system"
  check.equal(system.product, "Windows 10 Pro")
  check.equal(system.name, "Windows 11")
  check.equal(native.machine("ws2025-x64"):require("system").name, "Windows Server 2025")
end)

check.test("versions order by number, not as text", function()
  local system = native.machine("win10-22h2-x64"):require "system"
  assert(system.nt > "6.3" and "6.3" < system.nt and system.nt >= "10.0")
  check.equal(system.nt < "6.3", false)
  check.equal(tostring(system.nt), "10.0")
  check.equal("NT " .. system.nt, "NT 10.0")
  assert(system.at_least "6.1" and system.is "10.0" and not system.is "6.3")
  check.fails("NT version expected", system.at_least, "ten")
end)

check.test("builds between the rows get the nearest older one, and say so", function()
  local row, exact = releases.of { nt = "10.0", build = 27000, server = false }
  check.equal({ row.id, exact }, { "win11-25h2", false })
  row, exact = releases.of { nt = "6.0", build = 6003, server = true }
  check.equal({ row.id, exact }, { "ws2008-sp2", true })
  check.equal(releases.of { nt = "10.0", build = 26100, server = true }.id, "ws2025")
  check.equal(releases.of { nt = "10.0", build = 26100, server = false }.id, "win11-24h2")
  row = releases.of { nt = "6.2", build = 9200, server = false, edition = "EmbeddedIndustry" }
  check.equal(row.id, "win8-embedded")
  check.equal(select(2, releases.of { nt = "6.1", build = 7601 }), false)
  check.equal(releases.of { nt = "5.1", build = 2600, server = false }, nil)
end)

check.test("rows of a kind stand in the order of their builds", function()
  local last = {}
  for _, row in ipairs(releases.list) do
    assert(row.build >= (last[row.product_type] or 0), row.id)
    last[row.product_type] = row.build
  end
end)

check.test("WinHTTP and WinINET without TLS 1.0 and 1.1: by release and revision (KB5017811)", function()
  local BOTH = protocols.BITS["TLS 1.0"] | protocols.BITS["TLS 1.1"]
  -- Release, last revision with the old default, first without it.
  local edges = { { "win10-1809", 3406, 3469 }, { "ws2019", 3468, 3469 }, { "win10-20h2", 2006, 2075 },
    { "win10-21h1", 2074, 2075 }, { "win10-21h2", 2074, 2075 }, { "ws-20h2", 2074, 2075 } }
  local narrowed = { ["win10-22h2"] = true }
  for _, edge in ipairs(edges) do
    local row = releases.by_id[edge[1]]
    narrowed[edge[1]] = true
    check.equal({ releases.default_bits(row, edge[2]) }, { 0xAA0, 0 }, edge[1])
    check.equal({ releases.default_bits(row, edge[3]) }, { 0x800, 0 }, edge[1])
    check.equal({ releases.default_bits(row, edge[3], 0xA80) }, { 0x800, 0 }, edge[1])
    local sure, open = releases.default_bits(row, nil)
    check.equal({ sure, open & BOTH }, { 0x800, BOTH }, edge[1] .. ", revision not known")
  end
  check.equal({ releases.default_bits(releases.by_id["win10-22h2"], 1) }, { 0x800, 0 })
  check.equal({ releases.default_bits(releases.by_id["win10-22h2"], nil) }, { 0x800, 0 }, "it never had the old one")
  for _, row in ipairs(releases.list) do
    if not narrowed[row.id] then
      for _, revision in ipairs { false, 1, 3469, 99999 } do
        check.equal({ releases.default_bits(row, revision or nil) }, { row.winhttp, 0 }, row.id)
      end
    end
  end
end)

check.test("defaults of the reference table", function()
  local function of(id, protocol, role) return releases.default(releases.by_id[id], protocol, role or "Client") end
  check.equal(of("win7-sp1", "TLS 1.2"), "off")
  check.equal(of("win7-sp1", "SSL 2.0", "Server"), "on")
  check.equal(of("ws2012", "TLS 1.2"), "on") -- row 24: the behaviour, without values, from 2012 on
  check.equal(of("ws2008-sp2", "TLS 1.2"), "ns")
  check.equal(releases.by_id["ws2008-sp2"].schannel_updated.defaults["TLS 1.2"].Client, "off")
  check.equal(of("win10-1511", "SSL 3.0"), "on")
  check.equal(of("win10-1607", "SSL 3.0"), "off")
  check.equal(of("ws2019", "TLS 1.3"), "ns")
  check.equal(of("ws2022", "TLS 1.3"), "on")
  check.equal(releases.by_id["win8"].winhttp, 0xA0) -- rows 11 and 15
  check.equal(releases.by_id["win81"].winhttp, 0xAA0)
  check.equal(releases.by_id["win11-24h2"].winhttp, 0x2800)
end)

check.test("a machine's text is what a writer would write", function()
  local text = machines.text "win7-sp1-x64"
  check.match(text, "^Windows Registry Editor Version 5%.00\r\n\r\n%[HKEY_LOCAL_MACHINE%]\r\n")
  check.match(text, "\r\n\r\n$")
  assert(not text:gsub("\r\n", ""):find "[\r\n]", "a bare CR or LF")
  local last
  for path in text:gmatch "%[(.-)%]\r\n" do
    local rank = path:upper():gsub("\\", "\1")
    assert(not last or last < rank, path)
    last = rank
  end
  assert(not machines.text "win7-sp1-x86":find "Wow6432Node")
  assert(not machines.text "win10-22h2-x64":find "Protocols\\")
  check.match(text, "SSL 2%.0\\Client%]\r\n\"DisabledByDefault\"=dword:00000001")
  check.none({ text }, "DefaultSecureProtocols")
end)

check.test("a month is a patch state, of the releases for which it means something", function()
  local function states(name)
    local env = native.machine(name)
    local facts = env:require "tls.facts"
    return table.concat(env:require "windows.suite_lists".states(facts.read()), " ")
  end
  for name, expected in pairs { ["win7-sp1-x64"] = "rtm", ["win7-sp1-x64+rtm"] = "rtm",
    ["win7-sp1-x86+2015-05"] = "2015-05", ["ws2008r2-sp1-x64+2016-06"] = "2016-06", ["win81-x64+2014-04"] = "2014-04",
    ["ws2012r2-x64+2016-06"] = "2016-06", ["ws2012-x64+2015-05"] = "2015-05", ["win10-1511-x64"] = "rtm",
    ["win10-1511-x64+2016-06"] = "2016-06", ["win10-1507-x86+2016-06"] = "2016-06",
    ["win10-1803-x64+2019-07"] = "rtm", ["win7-sp1-x64+KB3125574"] = "2015-05",
    ["ws2012r2-x64+KB3161606"] = "2016-06" } do
    check.equal(states(name), expected, name)
  end
  check.equal(native.machine "win10-1803-arm64+2019-07":require("system").revision, 885)
  check.equal(native.machine "ws2019-x64+2022-09+2019-07":require("system").revision, 3469)
  for _, row in ipairs(releases.list) do -- each state that a release can have can be had by name
    for _, step in ipairs(lists.ladder(row.id)) do
      local name = ("%s-%s+%s"):format(row.id, row.architectures[1], step.state)
      check.equal(states(name), step.state, name)
    end
  end
  check.match(select(2, machines.text "ws2012-x64+2016-06"), "2016%-06 means nothing for ws2012.*: rtm, 2015%-05$")
  check.match(select(2, machines.text "win81-x64+2016-6"), "rtm, 2014%-04, 2015%-05, 2016%-06$")
end)

check.test("names that are no machine, and updates that do not fit", function()
  check.equal(machines.text "win7-sp1-ia64", nil)
  check.equal(machines.text "nonsense", nil)
  check.equal(machines.text "", nil)
  local text, reason = machines.text "win8-x64+KB3140245"
  check.equal(text, nil)
  check.match(reason, "not made for this edition")
  check.match(select(2, machines.text "win7-rtm-x64+KB3140245"), "needs Service Pack 1")
  check.match(select(2, machines.text "win7-sp1-x64+KB1"), "not in windows.updates")
end)

check.done "releases"
