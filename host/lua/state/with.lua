-- With whom a machine gets on: the handshake of each of its layers with a service, a server that was asked, or another
-- machine, and of that machine's layers with this one. What `tlsmend state --with` answers; the meeting itself is
-- tls.meeting's. Looks at the machine in own() alone.

local cipher_suites = require "tls.cipher_suites"
local clients = require "state.clients"
local facts = require "tls.facts"
local layer_facts = require "tls.layer_facts"
local meeting = require "tls.meeting"
local peers = require "tls.peers"
local sides = require "state.sides"
local sources = require "windows.sources"
local system = require "system"
local wire = require "state.wire"

local with = {}

-- This machine's sides: { name, clients = { state.clients of each layer }, server }.
function with.own()
  local now = facts.read()
  now.layers = layer_facts.read()
  return { name = system.describe(), clients = clients.all(now), server = clients.server(now) }
end

-- The hellos of its clients, as numbers.
function with.wires(own)
  local result = {}
  for index, client in ipairs(own.clients) do result[index] = wire.of(client) end
  return result
end

-- A handshake that comes about, and not as one should today.
local function weakness(met)
  local suite = met.suite and cipher_suites.of(met.suite)
  if met.result == "yes" and (met.version < "TLS 1.2" or suite and not suite.strong) then
    return "it comes about, but is not as strong as today asks for"
  end
end

-- Why there is none, or the most important of what is to be said of one that comes about.
local function why_of(client, met)
  if met.result ~= "yes" then return met.why end
  return weakness(met) or client.depends or met.why
end

local function row_of(client, role, met)
  if met.result == "cannot tell" and client.unsure then met.why = client.unsure end
  return { layer = client.layer, who = client.who, role = role, result = met.result, version = met.version,
    suite = met.suite, group = met.group, why = why_of(client, met) }
end

-- Of a service whose document names no suite and says that Windows' own settings do.
local function by_document(peer, client, met)
  if not peer.own or met.result ~= "cannot tell" or not client.own then return met end
  for _, version in ipairs(meeting.VERSIONS) do
    if peer.versions[version] == "yes" and client.versions[version] == "yes" then
      return { result = "yes", version = version,
        why = "its document names no cipher suite, and says that Windows' own settings do" }
    end
  end
  return met
end

local function with_service(asked, result)
  local peer = peers.of(asked.name)
  if not peer then
    return { usage = ("%s is no service, no HOST:PORT and no file of a machine; services: %s"):format(asked.name,
      table.concat(peers.names(), ", ")) }
  end
  local server = peers.side(peer)
  result.peer, result.title, result.note = peer.name, peer.title, peer.note
  result.source, result.date, result.mark = sources.spelled(peer.source), peer.date, peer.mark
  for index, client in ipairs(asked.own.clients) do
    result.layers[index] = row_of(client, "client", by_document(peer, client, meeting.meet(client, server)))
  end
  return result
end

local function has_doubt(client)
  for _, answer in pairs(client.versions) do
    if answer ~= "yes" then return true end
  end
  return client.open
end

-- What a client offers of a list: true or false for sure, nil where it cannot be told.
local function offered(list, name)
  local found = false
  for _, row in ipairs(list) do
    if row.name == name then
      if row.sure ~= false then return true end
      found = nil
    end
  end
  return found
end

-- What a server's first answer to a hello comes to. All that may be offered was: where it is refused, so is less, but
-- for a version, which is chosen before the rest.
local function answered(client, answer)
  if not answer then return { result = "no", why = "the client offers no version" } end
  if answer.state == "off" then
    return { result = has_doubt(client) and "cannot tell" or "no",
      why = ("the server answers with %s"):format(answer.detail) }
  elseif answer.state ~= "on" then
    return { result = "cannot tell", why = ("no answer of TLS: %s"):format(answer.detail or answer.state) }
  end
  local group = wire.group(answer.group)
  local version, suite = client.versions[answer.version], offered(client.suites, answer.suite)
  if not version or suite == false then
    return { result = "no",
      why = ("the server picks what is not offered: %s, %s"):format(answer.version, answer.suite) }
  elseif version == "yes" and suite and (not group or offered(client.groups, group)) then
    return { result = "yes", version = answer.version, suite = answer.suite, group = group }
  end
  return { result = "cannot tell", why = ("the server picks what may be offered or not: %s, %s"):format(answer.version,
    answer.suite) }
end

local function with_server(asked, result)
  result.peer, result.title = asked.name, asked.name
  result.note = "the server's first answer, no more: no handshake was finished and no certificate looked at"
  for index, client in ipairs(asked.own.clients) do
    local answer = asked.answers[index]
    if type(answer) ~= "table" then answer = nil end
    result.address = result.address or answer and answer.address
    result.layers[index] = row_of(client, "client", answered(client, answer))
  end
  result.source, result.mark = result.address and ("asked at %s"):format(result.address) or "not asked", "S"
  return result
end

local function with_machine(asked, result)
  local other = asked.sides
  result.peer, result.title = asked.name, other.name
  result.source, result.mark = "the same model, from what that machine holds", "S"
  for _, client in ipairs(asked.own.clients) do
    result.layers[#result.layers + 1] = row_of(client, "client", meeting.meet(client, other.server))
  end
  for _, client in ipairs(other.clients) do
    result.layers[#result.layers + 1] = row_of(client, "server", meeting.meet(client, asked.own.server))
  end
  return result
end

local function with_saved(asked, result)
  local state = asked.state
  local why = sides.wrong(state)
  if why then return { usage = ("%s is no state of a machine that can be met: %s"):format(asked.name, why) } end
  return with_machine({ name = asked.name, own = asked.own, sides = state.sides }, result)
end

local WAYS = { service = with_service, server = with_server, machine = with_machine, saved = with_saved }

-- no before cannot tell before yes.
local function worst(rows)
  local result = "yes"
  for _, row in ipairs(rows) do
    if row.result == "no" then return "no" end
    if row.result ~= "yes" then result = row.result end
  end
  return result
end

-- { peer, title, source, date, mark, note, result, layers = { { layer, who (names, where views or users differ), role,
-- result = "yes" | "no" | "cannot tell", version, suite, group, why } } }. asked: what the host has found of the peer,
-- and own().
function with.meet(asked)
  local result = WAYS[asked.kind](asked, { layers = {} })
  if not result.usage then result.result = worst(result.layers) end
  return result
end

local report = require "state.with_report"
with.text, with.texts = report.text, report.texts

return with
