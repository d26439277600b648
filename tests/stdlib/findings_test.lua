-- schannel.findings and algorithms.findings: what counts for nothing, what is unsafe, as it is written.

local check = require "check"
local native = require "native"

local function module(name, library)
  local machine = native.machine(name)
  machine.needs = nil
  return machine, machine:require(library)
end

-- The texts of schannel.findings on a machine with values: { below Protocols, name, data } each.
local function findings(name, values)
  local machine, schannel = module(name, "tls.schannel")
  for _, value in ipairs(values) do machine:put(schannel.KEY .. "\\" .. value[1], value[2], value[3]) end
  local texts = {}
  for _, finding in ipairs(schannel.findings()) do
    texts[#texts + 1] = finding.text
    check.match(finding.key, "SCHANNEL\\Protocols\\")
  end
  return texts
end

check.test("what counts for nothing is found, wherever it stands", function()
  local texts = findings("ws2008r2-sp1-x64", { { "TLS 1.2", "Enabled", 1 }, { "TLS 1.2", "DisabledByDefault", 0 },
    { "TLS1.2\\Client", "Enabled", 1 }, { "TLS 1.2\\Server", "Enabled", 1 },
    { "TLS 1.2\\Server", "DisableByDefault", 0 } })
  check.any(texts, "Enabled on the key TLS 1.2 itself counts for nothing")
  check.any(texts, "DisabledByDefault on the key TLS 1.2 itself counts for nothing")
  check.any(texts, "the key TLS1.2 is no protocol and counts for nothing; TLS 1.2 was meant")
  check.any(texts, "the value DisableByDefault of TLS 1.2\\Server counts for nothing; DisabledByDefault was meant")
  check.equal(#texts, 4)
  texts = findings("win10-22h2-x64", { { "TLS\u{A0}1.2\\Client", "Enabled", 1 }, { "TLS 1,2\\Client", "Enabled", 1 },
    { "TLS 1.2\\Client\u{200B}", "Enabled", 1 }, { "TLS 1.1\\Clients", "Enabled", 1 },
    { "tls 1.0\\client", "ENABLED", 0 },
    { "TLS 1.2\\Client", "Enabled ", 1 }, { "PCT 1.0\\Client", "Enabled", 0 } })
  check.any(texts, "the key TLS<U%+00A0>1.2 is no protocol.*; TLS 1.2 was meant")
  check.any(texts, "the key TLS 1,2 is no protocol.*; TLS 1.2 was meant")
  check.any(texts, "the key Client<U%+200B> below TLS 1.2 is no role and counts for nothing; Client was meant")
  check.any(texts, "the key Clients below TLS 1.1 is no role")
  check.any(texts, "the value Enabled<U%+0020> of TLS 1.2\\Client counts for nothing; Enabled was meant")
  check.equal(#texts, 5, table.concat(texts, "; "))
end)

check.test("TLS 1.3 switched on where there is none, and SSL by hand", function()
  local on = { { "TLS 1.3\\Client", "Enabled", 1 }, { "TLS 1.3\\Server", "DisabledByDefault", 0 } }
  local texts = findings("win10-22h2-x64", on)
  check.any(texts, "TLS 1.3\\Client is switched on and Windows 10 has no TLS 1.3; Microsoft calls that unsafe")
  check.any(texts, "TLS 1.3\\Server is switched on")
  check.equal(#findings("win11-24h2-x64", on), 0)
  check.equal(#findings("win10-22h2-x64", { { "TLS 1.3\\Client", "Enabled", 0 },
    { "TLS 1.3\\Client", "DisabledByDefault", 1 } }), 0, "off is what it is")
  texts = findings("ws2016-x64", { { "SSL 3.0\\Server", "Enabled", 1 }, { "SSL 3.0\\Server", "DisabledByDefault", 0 } })
  check.any(texts, "SSL 3.0\\Server is switched on by its values")
end)

check.test("key sizes: each of them is looked at", function()
  local function told(value, bits, name, release)
    local machine, algorithms = module(release or "ws2016-x64", "tls.algorithms")
    machine:put(algorithms.path("KeyExchangeAlgorithms", name or "Diffie-Hellman"), value, bits)
    local list = algorithms.findings()
    return list[1] and list[1].text or "", #list
  end
  check.match(told("ServerMinKeyBitLength", 512), "ServerMinKeyBitLength of Diffie%-Hellman is 512: keys that.*2048")
  check.match(told("ServerMinKeyBitLength", 1024), "is 1024")
  check.equal({ told("ServerMinKeyBitLength", 1024, nil, "ws2012r2-x64") }, { "", 0 })
  check.match(told("ClientMinKeyBitLength", 512), "ClientMinKeyBitLength of Diffie%-Hellman is 512")
  check.match(told("ClientMinKeyBitLength", 4096, "PKCS"), "servers with keys of 2048 bits are not reached")
  check.match(told("ClientMaxKeyBitLength", 1024, "PKCS"), "servers with keys of 2048 bits are not reached")
  check.match(told("ClientMinKeyBitLength", "1024", "PKCS"), "no REG_DWORD")
  for _, good in ipairs { { "ServerMinKeyBitLength", 2048 }, { "ServerMinKeyBitLength", 4096 },
    { "ClientMinKeyBitLength", 2048 }, { "ClientMaxKeyBitLength", 4096 } } do
    check.equal({ told(good[1], good[2]) }, { "", 0 }, good[1])
  end
end)

check.test("names and values that count for nothing, as they are written", function()
  local machine, algorithms = module("win7-sp1-x64", "tls.algorithms")
  machine:put(algorithms.KEY .. "\\Ciphers\\AES\u{A0}128/128", "Enabled", 0)
  machine:put(algorithms.path("Hashes", "SHA"), "Enable", 1)
  machine:put(algorithms.KEY .. "\\ciphers\\aes 256/256", "enabled", 1)
  local texts = {}
  for _, finding in ipairs(algorithms.findings()) do texts[#texts + 1] = finding.text end
  check.any(texts, 'Ciphers\\AES<U%+00A0>128/128 is no name of an algorithm.*"AES 128/128" was meant')
  check.any(texts, "the value Enable of Hashes\\SHA counts for nothing; Enabled was meant")
  check.equal(#texts, 2)
end)

check.done "findings"
