-- What a cipher suite is: its code on the wire, and what its name says of it. Every suite that a Windows from Vista on
-- knows stands here; which Windows knows which, and in which order, is in windows.suite_lists. Source: CSLISTS for
-- names and versions; the codes are IANA's (three bytes for the suites of SSL 2.0).

local cipher_suites = {}

-- By code. A name holds key exchange, authentication, cipher and hash; what it does not say is read by parts().
local NAMES = {
  ["0001"] = "RSA_WITH_NULL_MD5", ["0002"] = "RSA_WITH_NULL_SHA", ["003b"] = "RSA_WITH_NULL_SHA256",
  ["0003"] = "RSA_EXPORT_WITH_RC4_40_MD5", ["0004"] = "RSA_WITH_RC4_128_MD5", ["0005"] = "RSA_WITH_RC4_128_SHA",
  ["0009"] = "RSA_WITH_DES_CBC_SHA", ["000a"] = "RSA_WITH_3DES_EDE_CBC_SHA",
  ["0012"] = "DHE_DSS_WITH_DES_CBC_SHA", ["0013"] = "DHE_DSS_WITH_3DES_EDE_CBC_SHA",
  ["0062"] = "RSA_EXPORT1024_WITH_DES_CBC_SHA", ["0063"] = "DHE_DSS_EXPORT1024_WITH_DES_CBC_SHA",
  ["0064"] = "RSA_EXPORT1024_WITH_RC4_56_SHA",
  ["002f"] = "RSA_WITH_AES_128_CBC_SHA", ["0035"] = "RSA_WITH_AES_256_CBC_SHA",
  ["003c"] = "RSA_WITH_AES_128_CBC_SHA256", ["003d"] = "RSA_WITH_AES_256_CBC_SHA256",
  ["009c"] = "RSA_WITH_AES_128_GCM_SHA256", ["009d"] = "RSA_WITH_AES_256_GCM_SHA384",
  ["0033"] = "DHE_RSA_WITH_AES_128_CBC_SHA", ["0039"] = "DHE_RSA_WITH_AES_256_CBC_SHA",
  ["009e"] = "DHE_RSA_WITH_AES_128_GCM_SHA256", ["009f"] = "DHE_RSA_WITH_AES_256_GCM_SHA384",
  ["0032"] = "DHE_DSS_WITH_AES_128_CBC_SHA", ["0038"] = "DHE_DSS_WITH_AES_256_CBC_SHA",
  ["0040"] = "DHE_DSS_WITH_AES_128_CBC_SHA256", ["006a"] = "DHE_DSS_WITH_AES_256_CBC_SHA256",
  ["c009"] = "ECDHE_ECDSA_WITH_AES_128_CBC_SHA", ["c00a"] = "ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
  ["c013"] = "ECDHE_RSA_WITH_AES_128_CBC_SHA", ["c014"] = "ECDHE_RSA_WITH_AES_256_CBC_SHA",
  ["c023"] = "ECDHE_ECDSA_WITH_AES_128_CBC_SHA256", ["c024"] = "ECDHE_ECDSA_WITH_AES_256_CBC_SHA384",
  ["c027"] = "ECDHE_RSA_WITH_AES_128_CBC_SHA256", ["c028"] = "ECDHE_RSA_WITH_AES_256_CBC_SHA384",
  ["c02b"] = "ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", ["c02c"] = "ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
  ["c02f"] = "ECDHE_RSA_WITH_AES_128_GCM_SHA256", ["c030"] = "ECDHE_RSA_WITH_AES_256_GCM_SHA384",
  ["00a8"] = "PSK_WITH_AES_128_GCM_SHA256", ["00a9"] = "PSK_WITH_AES_256_GCM_SHA384",
  ["00ae"] = "PSK_WITH_AES_128_CBC_SHA256", ["00af"] = "PSK_WITH_AES_256_CBC_SHA384",
  ["00b0"] = "PSK_WITH_NULL_SHA256", ["00b1"] = "PSK_WITH_NULL_SHA384",
  ["1301"] = "AES_128_GCM_SHA256", ["1302"] = "AES_256_GCM_SHA384", ["1303"] = "CHACHA20_POLY1305_SHA256",
  ["010080"] = "SSL_CK_RC4_128_WITH_MD5", ["020080"] = "SSL_CK_RC4_128_EXPORT40_WITH_MD5",
  ["060040"] = "SSL_CK_DES_64_CBC_WITH_MD5", ["0700c0"] = "SSL_CK_DES_192_EDE3_CBC_WITH_MD5",
}
-- Vista's page spells one suite without its "WITH".
local OTHER = { SSL_CK_RC4_128_EXPORT40_MD5 = "020080" }

local codes -- by full name, made when first asked for

local function full(code)
  local name = NAMES[code]
  return name and (name:find "^SSL_CK_" and name or "TLS_" .. name)
end

local BITS = { { "3DES", 168 }, { "EDE3", 168 }, { "EXPORT40", 40 }, { "RC4_40", 40 }, { "RC4_56", 56 }, { "DES", 56 },
  { "NULL", 0 }, { "RC4", 128 }, { "AES_128", 128 } }

local function bits(name)
  for _, row in ipairs(BITS) do
    if name:find(row[1], 1, true) then return row[2] end
  end
  return 256
end

local function cipher(name)
  if name:find "3DES" or name:find "EDE3" then return "3DES" end
  return name:match "AES" or name:match "CHACHA20" or name:match "RC4" or name:match "NULL" or "DES"
end

-- Oldest and newest version that takes a suite.
local function versions(code, name, hash)
  if #code == 6 then return "SSL 2.0", "SSL 2.0" end
  if code:sub(1, 2) == "13" then return "TLS 1.3", "TLS 1.3" end
  if hash:find "^SHA%d" then return "TLS 1.2", "TLS 1.2" end
  -- Not in SSL 3.0: AES, and of the rest one suite alone, TLS_RSA_WITH_3DES_EDE_CBC_SHA, as the pages have it.
  return (name:find "AES" or code == "000a") and "TLS 1.0" or "SSL 3.0", "TLS 1.2"
end

local function parts(code, name)
  local kex, auth = name:match "^TLS_(%u+)_(%u+)_E?X?P?O?R?T?%d*_?WITH"
  if code:sub(1, 2) == "13" then
    kex, auth = "ANY", "ANY"
  elseif not kex or auth == "EXPORT" then
    kex = name:match "^TLS_PSK" and "PSK" or "RSA"
    auth = kex
  end
  local hash = name:match "_(%w+)$"
  local row = { name = name, code = code, kex = kex, auth = auth, hash = hash }
  row.cipher, row.bits = cipher(name), bits(name)
  row.mac = (name:find "GCM" or name:find "POLY1305") and "AEAD" or hash
  row.oldest, row.newest = versions(code, name, hash)
  row.strong = (row.cipher == "AES" or row.cipher == "CHACHA20") and auth ~= "DSS" and auth ~= "PSK"
  return row
end

local made = {} -- by code

-- The suite of a code such as "c02f", or nil.
function cipher_suites.by_code(code)
  if not made[code] and NAMES[code] then made[code] = parts(code, full(code)) end
  return made[code]
end

-- The suite of a name without a curve, or nil where no Windows has such a suite: { name, code, kex = "ECDHE" | "DHE" |
-- "RSA" | "PSK" | "ANY", auth = "RSA" | "ECDSA" | "DSS" | "PSK" | "ANY", cipher = "AES" | "CHACHA20" | "3DES" | "RC4" |
-- "DES" | "NULL", bits, mac = "SHA" | "SHA256" | "SHA384" | "MD5" | "AEAD", hash (what the name ends in), oldest and
-- newest (versions that take it), strong }. Strong is what today asks for: AES or ChaCha20 from TLS 1.2 on, and a
-- server that shows a certificate with an RSA or ECDSA key.
function cipher_suites.of(name)
  if not codes then
    codes = {}
    for code in pairs(NAMES) do codes[full(code)] = code end
    for other, code in pairs(OTHER) do codes[other] = code end
  end
  return codes[name] and cipher_suites.by_code(codes[name])
end

-- Every code, sorted.
function cipher_suites.codes()
  local list = {}
  for code in pairs(NAMES) do list[#list + 1] = code end
  table.sort(list)
  return list
end

return cipher_suites
