-- The ClientHello that a default client of a layer sends: versions, cipher suites, groups, signature algorithms, each
-- in the order of the wire. Pure: from facts (tls.facts) and the tables. A layer alone does not decide a hello, the
-- program does too: what it leaves out are filters by name (tls.hello_filters), and `why` says where it decides.

local asks = require "tls.hello_asks"
local cipher_suites = require "tls.cipher_suites"
local filters = require "tls.hello_filters"
local handshake = require "tls.handshake"
local lists = require "windows.suite_lists"

local hello = {}

hello.SCHEMA = "tlsmend-hello/1"
hello.names = { "schannel", "winhttp", "wininet", "net" }
hello.FILTERS = filters.LIST

-- TLS over TCP, highest first.
local VERSIONS = { "TLS 1.3", "TLS 1.2", "TLS 1.1", "TLS 1.0", "SSL 3.0", "SSL 2.0" }
local RANK = {}
for rank, name in ipairs(VERSIONS) do RANK[name] = #VERSIONS - rank end

-- The patch state whose list is sent: that of a filter, else the newest that the facts leave possible; and why that is
-- not sure.
local function state_of(facts, chosen)
  local ladder = lists.ladder(facts.release)
  for _, filter in ipairs(chosen) do
    for index, step in ipairs(ladder) do
      if step.state == filter.state or filter.state == "newest" and index == 1 then return step.state end
    end
  end
  local possible = lists.states(facts)
  return possible[1], possible[2] and "cannot tell which updates this Windows has"
end

-- The same facts with a patch state that is sure.
local function pinned(facts, state)
  local copy = {}
  for name, value in pairs(facts) do copy[name] = value end
  copy.updates = {}
  for kb, there in pairs(facts.updates or {}) do copy.updates[kb] = there end
  local reached = false
  for _, step in ipairs(lists.ladder(facts.release)) do
    reached = reached or step.state == state
    if step.kb then copy.updates[step.kb] = reached end
    if step.revision then copy.revision = reached and math.max(facts.revision or 0, step.revision) or 0 end
  end
  return copy
end

-- The versions that a program asks for by name: those of filters, else those of the layer; nil where Schannel chooses.
local function named_of(asked, chosen)
  local from, to
  for _, filter in ipairs(chosen) do from, to = filter.from or from, filter.to or to end
  if not from and not to then return asked.named end
  local named = {}
  for _, name in ipairs(VERSIONS) do
    if (not to or RANK[name] <= RANK[to]) and RANK[name] >= RANK[from or "TLS 1.0"] then named[name] = true end
  end
  return named
end

local function versions_of(offer, why)
  local list, sure = {}, true
  for _, name in ipairs(VERSIONS) do
    local row = offer.versions[name]
    if row.answer == "yes" then list[#list + 1] = name end
    if row.answer == "cannot tell" then
      sure, why[#why + 1] = false, ("cannot tell whether %s is offered: %s"):format(name, row.why)
    end
  end
  return list, sure
end

local function covered(suite, versions)
  for _, version in ipairs(versions) do
    if handshake.covers(suite, version) then return true end
  end
  return false
end

-- Whether a suite is one that goes over the wire at all: not those of SSL 2.0, and not those that a program has to ask
-- for by name.
local function is_sent(suite, versions, chosen, release)
  if #suite.code == 6 or suite.cipher == "NULL" or suite.kex == "PSK" or not covered(suite, versions) then
    return false
  end
  for _, filter in ipairs(chosen) do
    if filter.drops and filter.drops(suite, release) then return false end
  end
  return true
end

-- Names of suites in order, each once; the curves that they carry (before 10), in order; whether all is sure.
local function suites_of(facts, side, versions, chosen)
  local list, carried, seen, sure = {}, {}, {}, not side.open
  for _, row in ipairs(side.suites) do
    local suite = cipher_suites.of(row.name)
    if is_sent(suite, versions, chosen, facts.release) then
      if not seen[row.name] then list[#list + 1], seen[row.name] = row.name, true end
      if row.curve and not seen[row.curve] then carried[#carried + 1], seen[row.curve] = row.curve, true end
      sure = sure and row.sure
    end
  end
  return list, carried, sure
end

local function has_curves(suites)
  for _, name in ipairs(suites) do
    local kex = cipher_suites.of(name).kex
    if kex == "ECDHE" or kex == "ANY" then return true end
  end
  return false
end

-- Groups by IANA's names. Before 10 they come as the suites of this very hello name them.
local function groups_of(facts, side, made, carried)
  local list, sure = {}, true
  if not has_curves(made.suites) then return list, sure end
  local all = lists.curves(facts.release).all
  if #carried > 0 then
    for _, suffix in ipairs(carried) do
      for _, curve in ipairs(all) do
        if curve.suffix == suffix then list[#list + 1] = curve.iana end
      end
    end
    return list, sure
  end
  for _, group in ipairs(side.groups) do
    local only
    for _, curve in ipairs(all) do only = only or curve.iana == group.name and curve.only end
    if not only or only == made.versions[1] then list[#list + 1] = group.name end
    sure = sure and group.sure
  end
  return list, sure
end

-- The groups as filters want them.
local function regrouped(list, chosen)
  for _, filter in ipairs(#list > 0 and chosen or {}) do
    local made = {}
    for _, name in ipairs(list) do
      if name ~= filter.without and name ~= filter.group then made[#made + 1] = name end
    end
    made[#made + 1] = filter.group
    list = made
  end
  return list
end

local SHA512 = { "rsa_pkcs1_sha512", "ecdsa_secp521r1_sha512" }

-- Signature algorithms with those of SHA512 at another place: "first", "last" or "none".
local function placed(list, where)
  local made = where == "first" and { table.unpack(SHA512) } or {}
  for _, name in ipairs(list) do
    if name ~= SHA512[1] and name ~= SHA512[2] then made[#made + 1] = name end
  end
  return where == "last" and table.move(SHA512, 1, 2, #made + 1, made) or made
end

local function signatures_of(side, versions, chosen)
  if not versions[1] or RANK[versions[1]] < RANK["TLS 1.2"] then return {} end
  local list = side.signature_algorithms
  for _, filter in ipairs(chosen) do
    if filter.signs then list = placed(list, filter.signs) end
  end
  return list
end

-- The filters of names, after those that the layer has by default; nil and a line for an unknown name.
local function choose(asked, names)
  local plain, list, seen = false, {}, {}
  for _, name in ipairs(names) do
    local filter = filters.of(name)
    if not filter then
      local known = {}
      for _, row in ipairs(filters.LIST) do known[#known + 1] = row.name end
      return nil, ("no filter is called %q; these are: %s"):format(name, table.concat(known, ", "))
    end
    plain = plain or filter.plain or false
  end
  for _, part in ipairs { plain and {} or asked.filters, names } do
    for _, name in ipairs(part) do
      if not seen[name] and not filters.of(name).plain then list[#list + 1], seen[name] = filters.of(name), true end
    end
  end
  return list
end

local function note(why, text)
  if text then why[#why + 1] = text end
  return text ~= nil
end

-- The hello of a layer, as an object for JSON (without the machine's name): { schema, layer, versions, suites, groups,
-- signature_algorithms, filters, why, result = "yes" (sure) | "cannot tell" | "no" (nothing is offered) }. names:
-- filters besides those of the layer. nil and a line for an unknown layer or filter.
function hello.of(facts, layer, names)
  local asked = asks.of(facts, layer, handshake.side(facts, "Client"))
  if not asked then
    return nil, ("no layer is called %q; these are: %s"):format(tostring(layer), table.concat(hello.names, ", "))
  end
  local chosen, wrong = choose(asked, names or {})
  if not chosen then return nil, wrong end
  local made, why = { schema = hello.SCHEMA, layer = layer, filters = {} }, {}
  for index, filter in ipairs(chosen) do made.filters[index] = filter.name end
  local state, doubt = state_of(facts, chosen)
  local open = note(why, asked.doubt) or false
  open = note(why, doubt) or open
  note(why, asked.why)
  local side = handshake.side(pinned(facts, state), "Client")
  note(why, side.owner_why)
  local sure, known, certain, carried
  made.versions, sure = versions_of(handshake.offer(side, named_of(asked, chosen)), why)
  made.suites, carried, known = suites_of(facts, side, made.versions, chosen)
  made.groups, certain = groups_of(facts, side, made, carried)
  made.groups = regrouped(made.groups, chosen)
  made.signature_algorithms = signatures_of(side, made.versions, chosen)
  made.why = why
  if open or not sure or not known or not certain then
    made.result = "cannot tell"
  else
    made.result = #made.suites > 0 and "yes" or "no"
  end
  return made
end

return hello
