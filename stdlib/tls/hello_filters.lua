-- What a program or a layer leaves out of the ClientHello that Schannel would send by itself, or asks of it: filters by
-- name, which of them a layer has by default, and where that is known from. Data and small functions; tls.hello uses
-- them. Source: HELLOS (recorded hellos) except where a row says otherwise.

local lists = require "windows.suite_lists"

local filters = {}

-- What a filter does, one of: `drops(suite, release id)`, whether a suite goes; `state(ladder)`, the patch state whose
-- list is sent; `from` and `to`, the versions that a program asks for by name; `signs(list)`, signature algorithms made
-- of others; `plain`, without what the layer has by default.
filters.LIST = {
  { name = "strong-crypto", what = "the program sets SCH_USE_STRONG_CRYPTO: the page of the release says what goes",
    source = "CSLISTS", mark = "S", drops = function(suite, id) return not lists.is_strong(id, suite.name) end },
  { name = "no-rc4", what = "no suite with RC4", mark = "S3",
    drops = function(suite) return suite.cipher == "RC4" end },
  { name = "no-3des", what = "no suite with 3DES", mark = "S3",
    drops = function(suite) return suite.cipher == "3DES" end },
  { name = "no-dss", what = "no suite with a certificate of DSS", mark = "S3",
    drops = function(suite) return suite.auth == "DSS" end },
  { name = "no-dhe-gcm", what = "no DHE_RSA suite with GCM: WinINET from 10 1703 on, WinHTTP since July 2019",
    mark = "S3", drops = function(suite) return suite.kex == "DHE" and suite.mac == "AEAD" end },
  { name = "no-dhe", what = "no suite with DHE", mark = "G", drops = function(suite) return suite.kex == "DHE" end },
  { name = "no-sha1", what = "no suite whose records are protected with SHA-1", mark = "S3",
    drops = function(suite) return suite.mac == "SHA" end },
  { name = "rtm-order", what = "the list as the release shipped it", mark = "S3", state = "rtm" },
  { name = "2014-04-order", what = "the list of KB2919355, 8.1 and Server 2012 R2", mark = "S3", state = "2014-04" },
  { name = "before-dhe-cbc", what = "the list before June 2016, without DHE_RSA suites with CBC", mark = "S3",
    before = "2016-06" },
  { name = "newest-order", what = "the list with every update of it", mark = "S", before = "9999-12" },
  { name = "sha512-first", what = "signature algorithms with SHA512 come first, as 7 and 8.1 have them", mark = "S3",
    signs = function(rest, sha512) return table.move(rest, 1, #rest, #sha512 + 1, sha512) end },
  { name = "no-sha512", what = "no signature algorithm with SHA512", mark = "S3",
    signs = function(rest) return rest end },
  { name = "up-to-tls-1.0", what = "the program asks for nothing above TLS 1.0", mark = "S", to = "TLS 1.0" },
  { name = "up-to-tls-1.1", what = "the program asks for nothing above TLS 1.1", mark = "S", to = "TLS 1.1" },
  { name = "up-to-tls-1.2", what = "the program asks for versions up to TLS 1.2", mark = "S", to = "TLS 1.2" },
  { name = "from-tls-1.2", what = "the program asks for TLS 1.2 and 1.3 alone", mark = "S", from = "TLS 1.2" },
  { name = "plain", what = "without the filters that the layer has by default", mark = "S3", plain = true },
}

local by_name = {}
for _, row in ipairs(filters.LIST) do by_name[row.name] = row end

-- The filter of a name, or nil.
function filters.of(name) return by_name[name] end

return filters
