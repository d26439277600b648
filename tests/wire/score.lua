-- How many recorded ClientHellos of real Windows the model says: exact as the layer sends them by default in one of the
-- release's patch states, exact under named filters (the fewest), unexplained. `lua5.4 tests/wire/score.lua [-v]
-- [TIER...]`; without a tier A and B. A recording of a release that is not built, or that names none, is left out and
-- counted. Fails where more than 5 % of A and B are unexplained. Skipped where the recordings are not there.
local source = os.getenv "TLSMEND_SOURCE" or "."
package.path = ("%s/host/lua/?.lua;%s/stdlib/?.lua;%s/tests/wire/?.lua"):format(source, source, source)
local cipher_suites = require "tls.cipher_suites"
local hello = require "tls.hello"
local json = require "json"
local recorded = require "recorded"

local verbose, tiers = false, {}
for _, word in ipairs(arg) do
  if word == "-v" then verbose = true else tiers[word] = true end
end
if not next(tiers) then tiers.A, tiers.B = true, true end

local facts, where = json.facts "hellos.json"
if not facts then
  io.stderr:write("SKIPPED tests/wire: the recorded hellos are not at ", where, "\n")
  os.exit(77)
end

-- What differs between a hello and a recording, as names of parts; empty: nothing.
local function differs(made, row)
  local parts = {}
  local function part(name, got, expected)
    if expected and table.concat(got, " ") ~= table.concat(expected, " ") then parts[#parts + 1] = name end
  end
  part("versions", row.versions[2] and made.versions or { made.versions[1] }, row.versions)
  local codes = {}
  for _, name in ipairs(made.suites) do codes[#codes + 1] = cipher_suites.of(name).code end
  part("suites", codes, row.suites)
  part("groups", made.groups, row.groups)
  part("signature algorithms", made.signature_algorithms, row.signs)
  return parts
end

-- Sets of filters, the smallest first, at most two at once; of each kind at most one.
local KINDS = {
  { "no-dhe-gcm", "no-dhe" }, { "strong-crypto", "no-rc4" }, { "no-3des" }, { "before-dhe-cbc" },
  { "rtm-order", "2014-04-order", "newest-order" }, { "sha512-first", "sha512-last", "no-sha512" },
  { "with-p521", "no-x25519" },
  { "up-to-tls-1.2", "up-to-tls-1.1", "up-to-tls-1.0", "from-tls-1.2" }, { "plain" },
}
local function sets(most, from, so_far, found)
  found[#found + 1] = so_far
  if #so_far < most then
    for kind = from, #KINDS do
      for _, name in ipairs(KINDS[kind]) do
        local longer = table.move(so_far, 1, #so_far, 1, {})
        longer[#longer + 1] = name
        sets(most, kind + 1, longer, found)
      end
    end
  end
  return found
end
local SETS = {}
for size = 0, 2 do
  for _, set in ipairs(sets(size, 1, {}, {})) do
    if #set == size then SETS[#SETS + 1] = set end
  end
end

-- How a recording is explained: "exact", "filtered" with the filters, or nil and what differs at best.
local function explain(row)
  local closest
  for _, set in ipairs(SETS) do
    for _, layer in ipairs(row.layers) do
      for _, machine in ipairs(row.machines) do
        local parts = differs(hello.of(machine, layer, set), row)
        if #parts == 0 then return #set == 0 and "exact" or "filtered", layer, set end
        closest = closest and #closest <= #parts and closest or parts
      end
    end
  end
  return nil, closest
end

local scores, unexplained, left_out = {}, {}, 0
local function count(key, result)
  local score = scores[key] or { exact = 0, filtered = 0, unexplained = 0 }
  score[result], scores[key] = score[result] + 1, score
end

for _, recording in ipairs(facts.hellos) do
  if tiers[recording.tier] then
    local row = recorded.row(recording)
    if not row then
      left_out = left_out + 1
    else
      local result, detail, set = explain(row)
      for _, key in ipairs { recording.tier .. " all", recording.tier .. " " .. recording.layer } do
        count(key, result or "unexplained")
      end
      local line = ("%s %s %s %s (%s)"):format(recording.id, recording.tier, recording.release, recording.layer,
        recording.client)
      if not result then
        unexplained[#unexplained + 1] = ("%s: %s"):format(line, table.concat(detail, ", "))
      elseif verbose then
        print(("%s: %s as %s%s"):format(line, result, detail, #set > 0 and " with " .. table.concat(set, " ") or ""))
      end
    end
  end
end

local keys = {}
for key in pairs(scores) do keys[#keys + 1] = key end
table.sort(keys)
local all, bad = 0, 0
for _, key in ipairs(keys) do
  local score = scores[key]
  print(("%-24s %3d exact, %3d under filters, %3d unexplained"):format(key, score.exact, score.filtered,
    score.unexplained))
  if key == "A all" or key == "B all" then
    all, bad = all + score.exact + score.filtered + score.unexplained, bad + score.unexplained
  end
end
for _, line in ipairs(unexplained) do print("unexplained: " .. line) end
print(("%d are left out: a release that is not built, or none that is named"):format(left_out))
os.exit(all == 0 or bad * 20 <= all)
