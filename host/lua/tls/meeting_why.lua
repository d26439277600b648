-- Why two sides of tls.meeting do not come together, or may not: sentences for people.

local why = {}

local function names(list)
  local result = {}
  for _, row in ipairs(list or {}) do
    local name = type(row) == "table" and row.name or row
    if result[#result] ~= name then result[#result + 1] = name end
  end
  return table.concat(result, ", ")
end

local function version_names(versions, side)
  local list = {}
  for _, name in ipairs(versions) do
    if side.versions[name] then list[#list + 1] = name end
  end
  return names(list)
end

-- versions: all there are, highest first.
function why.no_version(versions, client, server)
  local here, there = version_names(versions, client), version_names(versions, server)
  if here == "" then return "the client offers no version" end
  if there == "" then return "the server takes no version" end
  return ("no version in common: the client offers %s, the server takes %s"):format(here, there)
end

-- sides: { client, server, certificate }; common: the versions in common; far: the stage at which it ended.
function why.none(sides, common, far)
  if far == "certificate" then
    return ("the cipher suites in common are none for a certificate with a key of %s"):format(sides.certificate)
  elseif far == "signature" then
    return "no signature algorithm in common"
  elseif far == "group" then
    local here, there = names(sides.client.groups), names(sides.server.groups)
    if here == "" or there == "" then return "the cipher suites in common need a curve, and one side has none" end
    return ("no curve in common: the client has %s, the server %s"):format(here, there)
  elseif far == "size" then
    return ("the server's Diffie-Hellman key has %d bits, the client asks for %d"):format(sides.server.dh_bits,
      sides.client.dh_least)
  end
  return ("no cipher suite in common for %s"):format(names(common))
end

function why.spelled(found) return found.suite and found.version .. ", " .. found.suite or found.version end

-- bare: a version in common that has no suite in common.
function why.doubt(doubtful, bare)
  if bare then
    return ("%s is common, a cipher suite for it is not: some servers go on with an older version, some end the " ..
      "handshake"):format(bare)
  end
  return ("whether both sides have it cannot be told: %s"):format(why.spelled(doubtful[1]))
end

why.OPEN = { client = "which cipher suites the client has is not known",
  server = "which cipher suites the server has is not known" }

return why
