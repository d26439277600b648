-- What a program leaves out of the ClientHello that Schannel would send by itself, or asks of it: filters by name, and
-- where they are known from. Which of them a layer has by default stands in tls.hello_asks; docs/HANDSHAKE.md tells
-- what each is for.

local lists = require "windows.suite_lists"

local filters = {}

-- What a filter does, one of: `drops(suite, release id)`, whether a suite goes; `state`, the patch state whose list is
-- sent; `from` and `to`, the versions that a program asks for by name; `signs`, where the signature algorithms with
-- SHA512 come; `group` and `without`, a group more or less; `plain`, without the filters that the layer has by default.
filters.LIST = {
  -- The program sets SCH_USE_STRONG_CRYPTO: the page of each release says what goes.
  { name = "strong-crypto", source = "CSLISTS", mark = "S",
    drops = function(suite, id) return not lists.is_strong(id, suite.name) end },
  { name = "no-rc4", drops = function(suite) return suite.cipher == "RC4" end },
  { name = "no-3des", drops = function(suite) return suite.cipher == "3DES" end },
  { name = "no-dss", drops = function(suite) return suite.auth == "DSS" end },
  -- WinINET from 10 1703 on, WinHTTP since July 2019.
  { name = "no-dhe-gcm", drops = function(suite) return suite.kex == "DHE" and suite.mac == "AEAD" end },
  { name = "no-dhe", drops = function(suite) return suite.kex == "DHE" end },
  { name = "no-sha1", drops = function(suite) return suite.mac == "SHA" end },
  -- The list before June 2016; as shipped; of KB2919355 (8.1, Server 2012 R2); with every update.
  { name = "before-dhe-cbc", drops = function(suite) return suite.kex == "DHE" and suite.auth == "RSA" and
    suite.mac == "SHA" end },
  { name = "rtm-order", state = "rtm" },
  { name = "2014-04-order", state = "2014-04" },
  { name = "newest-order", source = "CSLISTS", mark = "S", state = "newest" },
  -- Signature algorithms with SHA512 in front, as 7 and 8.1 have them, behind the others as 10 has them, or none.
  { name = "sha512-first", signs = "first" },
  { name = "sha512-last", signs = "last" },
  { name = "no-sha512", signs = "none" },
  -- A machine whose lists name P521 too; one that came from before 1607 with its order of curves.
  { name = "with-p521", group = "secp521r1" },
  { name = "no-x25519", without = "x25519" },
  -- What the program asks for by name.
  { name = "up-to-tls-1.0", source = "OPT", mark = "S", to = "TLS 1.0" },
  { name = "up-to-tls-1.1", source = "OPT", mark = "S", to = "TLS 1.1" },
  { name = "up-to-tls-1.2", source = "OPT", mark = "S", to = "TLS 1.2" },
  { name = "from-tls-1.2", source = "OPT", mark = "S", from = "TLS 1.2" },
  { name = "plain", plain = true },
}

local by_name = {}
for _, row in ipairs(filters.LIST) do
  by_name[row.name] = row
  row.source, row.mark = row.source or "HELLOS", row.mark or "S3"
end

-- The filter of a name, or nil.
function filters.of(name) return by_name[name] end

return filters
