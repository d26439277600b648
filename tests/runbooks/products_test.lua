-- What comes first that no runbook can do: server products, FIPS mode, restarts; and root certificates.

local check = require "check"
local native = require "native"
local products = native.machine("ws2016-x64"):require "windows.products"
local sources = require "windows.sources"

local function findings(name, prepare, params, id)
  local machine = native.machine(name)
  if prepare then prepare(machine) end
  machine:run(id or "m365-disable-legacy-tls", params)
  return machine.findings
end

check.test("each product is recognised, and by nothing else", function()
  for _, product in ipairs(products.LIST) do
    local name = product.nt and "ws2012r2-x64" or "ws2016-x64"
    local told = findings(name, function(machine)
      machine:put(product.key, product.value or "Anything", product.data or 1)
    end, { accept = { "sql" } })
    check.any(told, "^" .. product.name:gsub("%p", "%%%0") .. " is here: ", product.name)
    check.none(findings(name), "is here: ", product.name)
    if product.data then
      check.none(findings(name, function(machine) machine:put(product.key, product.value, 1) end), "is here: ")
    end
    assert(product.mark and product.source and #product.first > 30 or product.nt, product.name)
    for tag in product.source:gmatch "[^; ]+" do assert(sources.tags[tag], tag) end
  end
end)

check.test("what settles it is not told", function()
  local rs = "HKLM\\SOFTWARE\\Microsoft\\Microsoft SQL Server\\Instance Names\\RS"
  local function prepare(machine)
    machine:put(rs, "SSRS", "MSRS13.SSRS")
    machine:put("HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols\\TLS 1.2\\" ..
      "Client", "Enabled", 1)
  end
  check.none(findings("ws2016-x64", prepare), "Reporting Services is here")
  local wsus = "HKLM\\SOFTWARE\\Microsoft\\Update Services\\Server\\Setup"
  local function update(machine) machine:put(wsus, "ContentDir", "D:") end
  check.any(findings("ws2012r2-x64", update), "Update Services is here: KB4022720 or a later rollup first")
  check.none(findings("ws2012r2-x64+KB4022720", update), "Update Services is here")
  check.none(findings("ws2016-x64", update), "Update Services is here")
end)

check.test("FIPS mode, who still uses old versions, and the restart", function()
  local lsa = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Lsa\\FipsAlgorithmPolicy"
  local told = findings("ws2016-x64", function(machine) machine:put(lsa, "Enabled", 1) end)
  check.any(told, "FIPS mode is on %(Enabled = 1%)")
  check.none(findings("ws2016-x64", function(machine) machine:put(lsa, "Enabled", 0) end), "FIPS")
  check.any(findings "ws2016-x64", "EventLogging = 7")
  check.none(findings("ws2016-x64", nil, { roles = { "Client" } }), "EventLogging")
  check.none(findings "win10-22h2-x64", "EventLogging")
  check.any(findings "win10-22h2-x64", "restart Windows when this has been applied")
  local machine = native.machine "ws2016-x64"
  machine:run "m365-disable-legacy-tls"
  machine.findings = {}
  machine:run "m365-disable-legacy-tls"
  check.none(machine.findings, "restart Windows")
end)

check.test("values beside DefaultSecureProtocols", function()
  local key = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Internet Settings\\WinHttp"
  local told = findings("win11-24h2-x64", function(machine)
    machine:put(key, "EnableInsecureTlsFallback", 1)
    machine:put(key, "ForceDefaultSecureProtocols", 1, nil, 32)
  end, nil, "winhttp-tls12")
  check.any(told, "EnableInsecureTlsFallback in .*64%-bit programs.* is 1: .*fall back to TLS 1.0")
  check.any(told, "ForceDefaultSecureProtocols in .*32%-bit programs.* is 1")
  check.equal(#told, 2)
end)

check.test("row 32: root certificates are looked for", function()
  local function run(name, prepare)
    return { findings = findings(name, prepare, nil, "azure-backup-tls12") }
  end
  local machine = run("win10-22h2-x64")
  for _, name in ipairs { "DigiCert Global Root G2", "RSA Root", "ECC Root", "DigiCert Global Root CA", "D%-TRUST",
    "Baltimore" } do
    check.any(machine.findings, "the root certificate .*" .. name)
  end
  machine = run("win10-22h2-x64", function(made)
    made:put("HKLM\\SOFTWARE\\Microsoft\\SystemCertificates\\AuthRoot\\Certificates\\" ..
      "df3c24f9bfd666761b268073fe06d1cc8d4f82a4", "Blob", 1)
    made:put("HKLM\\SOFTWARE\\Policies\\Microsoft\\SystemCertificates\\Root\\Certificates\\" ..
      "73A5E64A3BFF8316FF0EDCCC618A906E4EAE4D74", "Blob", 1)
    made:put("HKLM\\SOFTWARE\\Microsoft\\EnterpriseCertificates\\Root\\Certificates\\" ..
      "58E8ABB0361533FB80F79B1B6D29D3FF8D5F00F1", "Blob", 1)
  end)
  check.none(machine.findings, "Root G2")
  check.none(machine.findings, "RSA Root")
  check.any(machine.findings, "D%-TRUST", "another thumbprint that begins alike")
end)

check.test("services that keep what they have are named, where something changes", function()
  local agent = "HKLM\\SOFTWARE\\Microsoft\\Windows Azure Backup\\Config"
  local function install(machine) machine:put(agent, "ScratchLocation", "C:") end
  check.any(findings("ws2016-x64", install, nil, "azure-backup-tls12"), "services of the Azure Backup agent")
  check.none(findings("ws2016-x64", nil, nil, "azure-backup-tls12"), "Azure Backup agent")
  check.any(findings("win7-sp1-x64", nil, nil, "configmgr-client-tls12"), "ccmexec, BITS, WebClient")
  check.any(findings("win7-sp1-x64", nil, nil, "injixo-tls12"), "restart the computer")
  check.none(findings("win10-22h2-x64", nil, nil, "injixo-tls12"), "restart the computer")
end)

check.done "products"
