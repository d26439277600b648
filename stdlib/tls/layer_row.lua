-- A row of tls.layers: who asks Schannel for what, what comes of it, and what stands in the way. Pure.

local handshake = require "tls.handshake"
local protocols = require "tls.protocols"

local layer_row = {}

-- Whether a value stands below a branch that the file lacks.
function layer_row.unknown(value) return type(value) == "table" and value.unknown or nil end

-- Why such a value is not known.
function layer_row.missing(branch) return ("%s is not in this file"):format(branch) end

-- The set of versions that bits name.
function layer_row.named(bits)
  local named = {}
  for _, row in ipairs(protocols.LIST) do
    if row.bit and bits & row.bit ~= 0 then named[row.name] = true end
  end
  return named
end

-- "0xA0 (SSL 3.0, TLS 1.0)"
function layer_row.spelled(bits) return ("0x%X (%s)"):format(bits, protocols.spelled(bits)) end

local function is_modern(named)
  for name in pairs(named) do
    if protocols.is_modern(name) then return true end
  end
  return false
end

-- What stands between a program and TLS 1.2, in one line.
local function obstacle(offer)
  local twelve = offer.versions["TLS 1.2"]
  if offer.modern == "cannot tell" then return offer.why or "cannot tell what this Windows does by itself" end
  if twelve.answer == "not supported" then return "this Windows has no TLS 1.2" end
  if twelve.answer == "on request" then
    return ("only for programs that ask for it by name (%s)"):format(twelve.why)
  end
  return offer.why
end

-- The versions that are sure, oldest first; "cannot tell" alone where none is and one may be.
local function offered(offer)
  local names, doubt = {}, false
  for _, name in ipairs(protocols.NAMES) do
    local answer = protocols.BITS[name] and offer.versions[name].answer
    if answer == "yes" then names[#names + 1] = name end
    doubt = doubt or answer == "cannot tell"
  end
  return #names == 0 and doubt and { "cannot tell" } or names
end

-- What is offered besides if a program asks for `more` as well: names, or nil.
local function besides(side, more, names)
  local there, list = {}, {}
  for _, name in ipairs(names) do there[name] = true end
  for _, name in ipairs(offered(handshake.offer(side, more))) do
    if not there[name] then list[#list + 1] = name end
  end
  return #list > 0 and list or nil
end

-- Fills a row with what a program gets of a side that asks for `named` (handshake.offer). own: the text where it asks
-- for nothing of today, so that the layer itself is the obstacle. more: a set for what it asks for if not known to.
function layer_row.judge(row, side, named, own, more)
  local offer = handshake.offer(side, named)
  row.role, row.offers, row.tls12 = side.role, offered(offer), offer.modern
  row.perhaps = more and besides(side, more, row.offers)
  if row.tls12 ~= "yes" then
    row.why = own and named and not is_modern(named) and own or obstacle(offer)
  end
  return row
end

-- A row that cannot be told.
function layer_row.open(row, why)
  row.role, row.offers, row.tls12, row.why = row.role or "Client", { "cannot tell" }, "cannot tell", why
  return row
end

return layer_row
