-- tls.algorithms, tls.events, tls.suites: exact names, the right numbers, what is refused, what is told.

local check = require "check"
local native = require "native"

local function modules(name)
  local machine = native.machine(name or "win7-sp1-x64")
  return machine, machine:require "tls.algorithms", machine:require "tls.suites", machine:require "tls.events"
end

check.test("names are exact, and the old name of 3DES is refused with the new one", function()
  local _, algorithms = modules()
  check.equal(algorithms.path("Ciphers", "AES 128/128"), algorithms.KEY .. "\\Ciphers\\AES 128/128")
  check.fails('from Vista on it is called "Triple DES 168"', algorithms.path, "Ciphers", "Triple DES 168/168")
  for _, wrong in ipairs { "AES 128", "aes 128/128", "RC4 128", "RC4-128/128", "SHA-256", "" } do
    check.fails("is none of Ciphers", algorithms.path, "Ciphers", wrong)
  end
  check.fails("is no family", algorithms.path, "Cipher", "NULL")
  check.fails("is none of Hashes", algorithms.path, "Hashes", "SHA1")
end)

check.test("off is 0, on is 0xFFFFFFFF and only where it was off", function()
  local machine, algorithms = modules()
  check.equal(algorithms.state("Ciphers", "AES 256/256"), "default")
  check.equal(algorithms.enable("Ciphers", "AES 256/256"), false)
  check.equal(#machine.changes, 0)
  algorithms.disable("Ciphers", "AES 256/256")
  check.equal(algorithms.state("Ciphers", "AES 256/256"), "off")
  algorithms.enable("Ciphers", "AES 256/256")
  check.equal(machine:get(algorithms.path("Ciphers", "AES 256/256"), "Enabled"), 0xFFFFFFFF)
  machine:put(algorithms.path("Hashes", "SHA256"), "Enabled", 1)
  check.equal(algorithms.enable("Hashes", "SHA256"), false)
  check.equal(machine:get(algorithms.path("Hashes", "SHA256"), "Enabled"), 1, "any number but 0 is on and stays")
  machine:put(algorithms.path("Hashes", "SHA512"), "Enabled", "1")
  check.equal(algorithms.state("Hashes", "SHA512"), "malformed")
end)

check.test("weak algorithms are never switched on", function()
  local machine, algorithms = modules()
  for _, name in ipairs { "NULL", "DES 56/56", "RC2 40/128", "RC4 128/128", "Triple DES 168" } do
    machine:put(algorithms.path("Ciphers", name), "Enabled", 0)
    check.fails("is never switched on", algorithms.enable, "Ciphers", name)
  end
  check.fails("is never switched on", algorithms.enable, "Hashes", "MD5")
  check.equal(#machine.changes, 0)
end)

check.test("a key split at its slash counts for nothing, and that is told", function()
  local machine, algorithms = modules()
  machine:put(algorithms.KEY .. "\\Ciphers\\RC4 128\\128", "Enabled", 0)
  machine:put(algorithms.KEY .. "\\Ciphers\\Triple DES 168/168", "Enabled", 0)
  machine:put(algorithms.path("Ciphers", "RC4 128/128"), "Enabled", 0xFFFFFFFF)
  machine:put(algorithms.path("KeyExchangeAlgorithms", "PKCS"), "Enabled", 0)
  algorithms.report()
  check.any(machine.findings, 'RC4 128 has a key 128 below it and counts for nothing; "RC4 128/128" was meant')
  check.any(machine.findings, "Triple DES 168/168 is no name of an algorithm.*from Vista on it is Triple DES 168")
  check.any(machine.findings, "RC4 128/128 is switched on and weak")
  check.any(machine.findings, "PKCS is switched off, so every cipher suite with it is gone")
  check.equal(#machine.findings, 4)
end)

check.test("key sizes: defaults, and no way down", function()
  local machine, algorithms = modules()
  check.equal({ algorithms.size("Diffie-Hellman", "ServerMinKeyBitLength") }, { 1024, "default" })
  local _, later = modules "win10-1507-x64"
  check.equal({ later.size("Diffie-Hellman", "ServerMinKeyBitLength") }, { 2048, "default" })
  check.fails("would sink", later.set_size, "Diffie-Hellman", "ServerMinKeyBitLength", 1024)
  check.equal({ algorithms.size("PKCS", "ClientMinKeyBitLength") }, { 1024, "default" })
  check.fails("would sink", algorithms.set_size, "Diffie-Hellman", "ServerMinKeyBitLength", 512)
  check.fails("has no size", algorithms.size, "PKCS", "ServerMinKeyBitLength")
  algorithms.set_size("Diffie-Hellman", "ClientMinKeyBitLength", 2048)
  check.equal({ algorithms.size("Diffie-Hellman", "ClientMinKeyBitLength") }, { 2048, "set" })
  machine:put(algorithms.path("KeyExchangeAlgorithms", "Diffie-Hellman"), "ClientMinKeyBitLength", 512)
  algorithms.report()
  check.any(machine.findings, "of Diffie%-Hellman is 512: keys that short are accepted")
end)

check.test("the event log: bits are added, none is taken", function()
  local machine, _, _, events = modules()
  check.equal({ events.level() }, { 1, false })
  check.equal(events.logs_handshakes(), false)
  events.log { "successes" }
  check.equal(machine:get(events.KEY, "EventLogging"), 5)
  check.equal(events.logs_handshakes(), true)
  check.equal(events.log { "errors" }, false)
  check.fails("is no level", events.log, { "everything" })
  check.equal(events.cache_time "Client", 36000000)
end)

check.test("names of cipher suites by release", function()
  local _, _, old = modules "win7-sp1-x64"
  local _, _, new = modules "win10-22h2-x64"
  local name = "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256"
  check.equal(old.names(name), { name .. "_P256", name .. "_P384" })
  check.equal(new.names(name), { name })
  check.equal(new.names(name .. "_P256"), { name })
  check.equal(old.names "TLS_RSA_WITH_AES_128_GCM_SHA256", { "TLS_RSA_WITH_AES_128_GCM_SHA256" })
  check.equal({ old.bare(name .. "_P521") }, { name, "P521" })
end)

check.test("from 10 on a curve at the end of a name is overridden, not refused", function()
  local machine, _, suites = modules "ws2022-x64"
  machine:put(suites.POLICY, "Functions", "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384_P256,TLS_AES_256_GCM_SHA384")
  suites.report()
  check.none(machine.findings, "ignored")
  check.none(machine.findings, "Microsoft 365")
  machine:put(suites.POLICY, "Functions", "TLS_AES_256_GCM_SHA384,TLS_AES_128_GCM_SHA256")
  suites.report()
  check.any(machine.findings, "holds those of TLS 1.3 alone")
  check.none(machine.findings, "holds none")
  machine:put(suites.POLICY, "Functions", { "TLS_AES_256_GCM_SHA384" })
  machine.findings = {}
  suites.report()
  check.any(machine.findings, "Functions of the policy is no REG_SZ")
end)

check.test("the policy owns the order; what counts for nothing is told as the model reads it", function()
  local machine, _, suites = modules "win7-sp1-x64"
  suites.report()
  check.equal(machine.findings, {})
  machine:put(suites.POLICY, "Functions", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,TLS_RSA_WITH_NULL_SHA256")
  suites.report()
  check.any(machine.findings, "set by policy %(2 names%)")
  check.any(machine.findings, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 counts for nothing: it has no curve at its end")
  check.any(machine.findings, "TLS_RSA_WITH_NULL_SHA256 counts for nothing: it encrypts nothing")
  check.any(machine.findings, "none that Microsoft 365 takes")
  check.fails("a policy owns the order", suites.set_policy, { "TLS_RSA_WITH_AES_128_GCM_SHA256" })
  machine, _, suites = modules "win7-sp1-x64"
  machine:put(suites.POLICY, "Functions", "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA_P256")
  suites.report()
  check.any(machine.findings, "has no ECDHE_RSA suite with CBC and SHA%-2")
  machine, _, suites = modules "ws2019-x64"
  machine:put(suites.POLICY, "Functions", "TLS_RSA_WITH_NULL_SHA256, TLS_RSA_WITH_RC4_128_SHA" .. (",X"):rep(600))
  suites.report()
  check.any(machine.findings, "1023 are its limit")
  check.any(machine.findings, "more names that count for nothing")
  check.any(machine.findings, "none that Microsoft 365 takes")
end)

check.test("an order is written spelled for the release, never too long", function()
  local machine, _, suites = modules "win7-sp1-x64"
  suites.set_policy { "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256" }
  check.equal(machine:get(suites.POLICY, "Functions"),
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256_P256,TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256_P384")
  check.equal(suites.set_policy { "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256" }, false)
  local _, _, other = modules "ws2019-x64"
  check.fails("a policy takes 1023", other.set_policy, { ("X"):rep(1024) })
end)

check.test("protocols: what counts for nothing is told, and nothing is left without a newer one", function()
  local machine = native.machine "win7-sp1-x64"
  local schannel = machine:require "tls.schannel"
  machine:put(schannel.KEY .. "\\TLS 1,2\\Client", "Enabled", 1)
  machine:put(schannel.KEY .. "\\TLS 1.2", "Enabled", 1)
  machine:put(schannel.KEY .. "\\PCT 1.0\\Client", "Enabled", 0)
  schannel.report()
  check.any(machine.findings, "the key TLS 1,2 is no protocol") -- row 29
  check.any(machine.findings, "Enabled on the key TLS 1%.2 itself counts for nothing") -- row 3
  check.equal(#machine.findings, 2)
  check.fails("stays on: nothing newer would be left; TLS 1.2 is only for", schannel.disable, "TLS 1.0", "Server")
  schannel.disable("SSL 3.0", "Server")
  schannel.enable("TLS 1.2", "Server")
  schannel.disable("TLS 1.0", "Server")
  check.equal(schannel.state("TLS 1.0", "Server"), "off")
end)

check.done "algorithms"
