-- What is left of a role of Schannel: asked by runbooks before and after they change something. The model answers
-- (tls.handshake); where nobody has touched anything but the switches of versions, they alone decide, and the tables of
-- suites need not be loaded.

local facts = require "tls.facts"
local log = require "log"
local protocols = require "tls.protocols"
local schannel = require "tls.schannel"

local left = {}

left.MODERN = {} -- the versions that a service asks for today
local TLS = {}
for _, row in ipairs(protocols.LIST) do
  if row.bit and row.era ~= "ssl" then TLS[#TLS + 1] = row.name end
  if protocols.is_modern(row.name) then left.MODERN[#left.MODERN + 1] = row.name end
end

-- Whether a switch alone says yes: by numbers, or by default.
local function is_on(held, protocol, role)
  local values = held.protocols[protocol][role]
  for _, value in pairs(values) do
    if math.type(value) ~= "integer" then return false end
  end
  local _, effect = protocols.effect(schannel.release_default(protocol, role), values.Enabled, values.DisabledByDefault)
  return effect == "on"
end

-- By these facts: what handshake.offer answers, and the side of handshake.side. Where it is plain that TLS 1.2 or later
-- is left, { modern = "yes" } alone.
function left.of(held, role)
  local plain = facts.is_plain(held)
  for _, name in ipairs(plain and left.MODERN or {}) do
    if is_on(held, name, role) then return { modern = "yes" } end
  end
  local handshake = require "tls.handshake"
  held.updates = held.updates or facts.updates()
  local side = handshake.side(held, role)
  return handshake.offer(side), side
end

-- Whether a TLS is among what is left.
local function has_tls(offer)
  for _, name in ipairs(TLS) do
    local answer = offer.versions[name].answer
    if answer ~= "no" and answer ~= "not supported" then return true end
  end
  return false
end

-- Refuses to switch off protocols that nothing newer is left without, before anything is written: no version from TLS
-- 1.2 on with a suite of today (of SSL: no TLS). DTLS is nobody's last. What cannot be told is what the plan rests on.
function left.refuse_last(list, role)
  local last, held -- the newest of them
  for _, protocol in ipairs(list) do
    local bit = protocols.BITS[protocol]
    if bit and (not last or bit > protocols.BITS[last]) then last = protocol end
  end
  if not last then return end
  held = facts.read { versions = TLS }
  for _, protocol in ipairs(list) do held.protocols[protocol][role] = { Enabled = 0, DisabledByDefault = 1 } end
  local offer = left.of(held, role)
  if offer.modern == "no" and not (protocols.era(last) == "ssl" and has_tls(offer)) then
    local why = offer.versions["TLS 1.2"].answer == "on request" and "TLS 1.2 is only for programs that ask for it"
      or offer.why
    local text = ("schannel: %s\\%s stays on: nothing newer would be left"):format(last, role)
    log.refuse(why and not protocols.is_modern(last) and ("%s; %s"):format(text, why) or text)
  elseif offer.modern == "cannot tell" then
    log.unknown(("what Schannel has left as %s without %s: %s"):format(role:lower(), last, offer.why or "cannot tell"))
  end
end

return left
