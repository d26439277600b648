-- Curves and groups of TLS, as the list EccCurves and the names of suites before 10 spell them. Knows what a curve is
-- called on the wire and whether it is one of FIPS mode, as CURVES has it; which Windows has which stands in
-- windows.suite_lists.

local curves = {}

-- What 10 supports besides its default, and what 24H2 adds: groups with ML-KEM, for TLS 1.3 alone.
curves.MORE = "brainpoolP256r1 brainpoolP384r1 brainpoolP512r1 nistP192 nistP224 nistP521 secP160k1 secP160r1 " ..
  "secP160r2 secP192k1 secP192r1 secP224k1 secP224r1 secP256k1 secP256r1 secP384r1 secP521r1"
curves.HYBRID = "x25519_mlkem768 secp256r1_mlkem768 secp384r1_mlkem1024"

local HYBRID = { x25519_mlkem768 = "X25519MLKEM768", secp256r1_mlkem768 = "SecP256r1MLKEM768",
  secp384r1_mlkem1024 = "SecP384r1MLKEM1024" }

local known -- by lower-case name

local function made(name)
  local lower = name:lower()
  local bits = lower:match "^nistp(%d+)$"
  local iana = HYBRID[lower] or lower == "curve25519" and "x25519" or bits and "secp" .. bits .. "r1"
    or lower:gsub("^brainpoolp", "brainpoolP")
  local usual = bits ~= nil and tonumber(bits) >= 256
  return { name = name, iana = iana, fips = usual, suffix = usual and "P" .. bits or nil,
    only = HYBRID[lower] and "TLS 1.3" or nil }
end

-- A curve by Windows' name, in any case: { name, iana, fips, suffix = "P256" or nil (at the end of names of suites),
-- only = "TLS 1.3" or nil }; nil for what is none.
function curves.of(name)
  if not known then
    known = {}
    local all = ("curve25519 NistP256 NistP384 %s %s"):format(curves.MORE, curves.HYBRID)
    for each in all:gmatch "[%w_]+" do known[each:lower()] = made(each) end
  end
  return known[name:lower()]
end

-- The curves of a text with blanks between their names.
function curves.list(text)
  local list = {}
  for name in text:gmatch "[%w_]+" do list[#list + 1] = curves.of(name) end
  return list
end

return curves
