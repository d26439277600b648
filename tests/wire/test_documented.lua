-- The suites, curves and flags of the 18 releases that have a page, against those pages as data: order, what is known
-- besides, what the flag for strong suites leaves out. Skipped where the data is not there.
local source = os.getenv "TLSMEND_SOURCE" or "."
package.path = ("%s/stdlib/?.lua;%s/tests/wire/?.lua"):format(source, source)
local cipher_suites = require "tls.cipher_suites"
local json = require "json"
local lists = require "windows.suite_lists"
local releases = require "windows.releases"

local facts, where = json.facts "suites-by-release.json"
if not facts then
  io.stderr:write("SKIPPED tests/wire: the documented lists are not at ", where, "\n")
  os.exit(77)
end

-- Our ids of a page. The page of 11 22H2 is for later ones too, but 24H2 has its own page of groups.
local IDS = {
  vista = "vista-sp1 vista-sp2 ws2008-sp1 ws2008-sp2", ["7"] = "win7-sp1 ws2008r2-sp1", ["8"] = "win8 ws2012",
  ["8.1"] = "win81 ws2012r2", ["10-1507"] = "win10-1507", ["10-1511"] = "win10-1511",
  ["10-1607"] = "win10-1607 ws2016", ["10-1703"] = "win10-1703", ["10-1709"] = "win10-1709",
  ["10-1803"] = "win10-1803", ["10-1809"] = "win10-1809 ws2019", ["10-1903"] = "win10-1903",
  ["10-20H2"] = "win10-20h2 win10-21h1 win10-21h2", ["10-22H2"] = "win10-22h2", ["server-2022"] = "ws2022",
  ["11"] = "win11-21h2", ["11-22H2"] = "win11-22h2 win11-23h2", ["server-2025"] = "ws2025",
}

local failed = 0
local function compare(what, got, expected)
  local a, b = table.concat(got, " "), table.concat(expected, " ")
  if a == b then return true end
  io.stderr:write(("FAILED %s\n  the page: %s\n  we:       %s\n"):format(what, b, a))
  failed = failed + 1
end

local function spelled(suite, curve)
  local name = suite:gsub("EXPORT40_MD5", "EXPORT40_WITH_MD5")
  return curve and name .. "_" .. curve or name
end

-- The names of some rows that a test lets through, sorted where order means nothing.
local function names(rows, keep, sorted)
  local list, seen = {}, {}
  for _, row in ipairs(rows) do
    local name = spelled(row.suite, row.curve)
    if not seen[name] and keep(row) then list[#list + 1], seen[name] = name, true end
  end
  if sorted then table.sort(list) end
  return list
end

local function own(id)
  local list = {}
  for _, suite in ipairs(lists.own(id)) do list[#list + 1] = spelled(suite.name, suite.curve) end
  return list
end

-- Every name that a release knows, in each spelling.
local function known(id)
  local list, before = {}, releases.by_id[id].nt ~= "10.0"
  for _, code in ipairs(cipher_suites.codes()) do
    for _, curve in ipairs(before and { "", "_P256", "_P384", "_P521" } or { "" }) do
      local name = cipher_suites.by_code(code).name .. curve
      if lists.knows(id, name) then list[#list + 1] = name end
    end
  end
  table.sort(list)
  return list
end

local function curves(rows)
  local list = {}
  for _, curve in ipairs(rows) do list[#list + 1] = curve.name:lower() .. (curve.fips and "+" or "") end
  return list
end

local function all(row) return row ~= nil end

local exact = 0
for _, page in ipairs(facts.releases) do
  local good = true
  for id in IDS[page.id]:gmatch "%S+" do
    local every = {}
    for _, part in ipairs { page.default, page.supported, page.psk } do
      table.move(part, 1, #part, #every + 1, every)
    end
    good = compare(id .. ": order", own(id), names(page.default, all)) and good
    good = compare(id .. ": known", known(id), names(every, all, true)) and good
    for _, row in ipairs(every) do
      local suite = cipher_suites.of(row.suite)
      assert(suite and suite.code == row.hex, row.suite)
      if row.strong ~= nil then assert(lists.is_strong(id, row.suite) == row.strong, id .. ": " .. row.suite) end
      local versions = row.versions
      if versions[1] then
        assert(suite.newest:find(versions[1], 1, true) and suite.oldest:find(versions[#versions], 1, true), row.suite)
      end
    end
    local ours = lists.curves(id)
    good = compare(id .. ": curves", curves(ours.default), curves(page.curves.default)) and good
    good = compare(id .. ": other curves", curves(ours.supported), curves(page.curves.supported)) and good
  end
  if good then exact = exact + 1 end
end
print(("documented lists: %d of %d releases exact"):format(exact, #facts.releases))
os.exit(failed == 0 and exact == 18)
