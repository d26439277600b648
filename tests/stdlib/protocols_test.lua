-- tls.protocols: the same versions and bits as the host's own table, and what follows from them.

local check = require "check"
local protocols = require "tls.protocols"

check.test("names and bits are those of host/tls/version.h, in its order", function()
  local count = 0
  for line in io.lines "host/tls/version.h" do
    local name, bit = line:match '^  X%([A-Z_0-9]+, "([^"]+)", (0x%x+)%)'
    if name then
      count = count + 1
      check.equal(protocols.LIST[count].name, name)
      check.equal(protocols.BITS[name], tonumber(bit), name)
    end
  end
  check.equal(count, 6)
  for index = count + 1, #protocols.LIST do check.match(protocols.LIST[index].name, "^DTLS") end
end)

check.test("what is old and what a service asks for", function()
  check.equal(protocols.ERAS, { ssl = 0x28, legacy = 0x280, modern = 0x2800 })
  check.equal(protocols.ALL, 0x2AA8)
  check.equal(protocols.era "TLS 1,2", nil)
  check.equal(protocols.era "DTLS 1.2", "modern")
  check.equal(protocols.is_modern "DTLS 1.2", false)
  check.equal(protocols.is_modern "TLS 1.2", true)
end)

check.done "protocols"
