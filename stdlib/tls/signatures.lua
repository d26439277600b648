-- Signature algorithms of TLS 1.2 and later: codes on the wire and names of IANA. Pairs with SHA1, which have no name
-- of their own in TLS 1.2, are rsa_pkcs1_sha1, ecdsa_sha1 and dsa_sha1.

local signatures = {}

local NAMES = {
  ["0201"] = "rsa_pkcs1_sha1", ["0202"] = "dsa_sha1", ["0203"] = "ecdsa_sha1", ["0401"] = "rsa_pkcs1_sha256",
  ["0403"] = "ecdsa_secp256r1_sha256", ["0501"] = "rsa_pkcs1_sha384", ["0503"] = "ecdsa_secp384r1_sha384",
  ["0601"] = "rsa_pkcs1_sha512", ["0603"] = "ecdsa_secp521r1_sha512", ["0804"] = "rsa_pss_rsae_sha256",
  ["0805"] = "rsa_pss_rsae_sha384", ["0806"] = "rsa_pss_rsae_sha512",
}

-- The names of a text of codes with blanks between them, in order.
function signatures.names(text)
  local list = {}
  for code in text:gmatch "%x+" do list[#list + 1] = NAMES[code] end
  return list
end

-- The code of a name as a number, or nil.
function signatures.code(name)
  for code, known in pairs(NAMES) do
    if known == name then return tonumber(code, 16) end
  end
end

return signatures
