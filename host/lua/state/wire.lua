-- Names as numbers of the wire, for the host, which sends a hello.

local cipher_suites = require "tls.cipher_suites"
local meeting = require "tls.meeting"
local signatures = require "tls.signatures"

local wire = {}

local GROUPS = { secp256r1 = 23, secp384r1 = 24, secp521r1 = 25, brainpoolP256r1 = 26, brainpoolP384r1 = 27,
  brainpoolP512r1 = 28, x25519 = 29, x448 = 30, secp192r1 = 19, secp224r1 = 21, secp160k1 = 15, secp160r1 = 16,
  secp160r2 = 17, secp192k1 = 18, secp224k1 = 20, secp256k1 = 22, X25519MLKEM768 = 4588, SecP256r1MLKEM768 = 4587,
  SecP384r1MLKEM1024 = 4589 }

local names = {}
for name, number in pairs(GROUPS) do names[number] = name end

-- The name of a group, or its number as a text; nil for 0.
function wire.group(number)
  if number == 0 then return nil end
  return names[number] or ("0x%04X"):format(number)
end

-- A client (state.clients) as it says hello: { versions = names, suites, groups, signatures = numbers }. What is not
-- sure is in it: a server that refuses the larger offer refuses the smaller one too.
function wire.of(client)
  local result, seen = { versions = {}, suites = {}, groups = {}, signatures = {} }, {}
  for _, name in ipairs(meeting.VERSIONS) do
    if client.versions[name] then result.versions[#result.versions + 1] = name end
  end
  if #result.versions == 0 then return result end
  for _, row in ipairs(client.suites) do
    if not seen[row.name] then
      seen[row.name] = true
      result.suites[#result.suites + 1] = tonumber(cipher_suites.of(row.name).code, 16)
    end
  end
  for _, row in ipairs(client.groups) do result.groups[#result.groups + 1] = GROUPS[row.name] end
  for _, name in ipairs(client.signatures) do
    result.signatures[#result.signatures + 1] = signatures.code(name)
  end
  return result
end

return wire
