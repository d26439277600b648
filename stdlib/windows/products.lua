-- Server products that need something of their own before TLS 1.0 and 1.1 go, which no registry value of this machine
-- can show or mend: how each is recognised, and what comes first. Data, and one question. `key` is there where the
-- product is; with `value`, that value is (with `data`: and holds it). `nt`: only there, by the update that `first`
-- names. `settled`: a value that makes `first` needless. Not recognised: Office Online Server and Office Web Apps
-- Server, whose keys stand in no source.

local registry = require "registry"

local products = {}

local MICROSOFT = "HKLM\\SOFTWARE\\Microsoft\\"
local SQL = MICROSOFT .. "Microsoft SQL Server\\Instance Names\\"
local SHAREPOINT = MICROSOFT .. "Shared Tools\\Web Server Extensions\\"
local TLS12 = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols\\TLS 1.2\\Client"

local FARM = "strong cryptography for .NET first, on every server and proxy of the farm: where TLS 1.0 goes on one " ..
  "without it, the trust between them breaks; then restart each"
local SHAREPOINT_FIRST = "ODBC Driver 11 and SQL Server Native Client with TLS 1.2, .NET 4.6 and strong " ..
  "cryptography first, on every server of the farm"
local EXCHANGE = "all servers and clients alike, in the order of Microsoft's three-part guidance; TLS 1.3 only " ..
  "where the version of Exchange takes it"

products.LIST = {
  { name = "AD FS", key = MICROSOFT .. "ADFS", value = "FSConfigurationStatus", data = 2, first = FARM,
    source = "ADFS; ADFSTOOLS", mark = "S" },
  { name = "Web Application Proxy", key = MICROSOFT .. "ADFS", value = "ProxyConfigurationStatus", data = 2,
    first = FARM, source = "ADFS; ADFSTOOLS", mark = "S" },
  { name = "Microsoft Entra Connect", key = MICROSOFT .. "Azure AD Connect",
    first = "version 1.2.65.0 or later first, and a restart of the server afterwards", source = "AADC", mark = "S" },
  { name = "Exchange Server", key = MICROSOFT .. "ExchangeServer\\v15\\Setup", first = EXCHANGE,
    source = "CSSX; M365-DA", mark = "S" },
  { name = "Exchange Server 2010", key = MICROSOFT .. "ExchangeServer\\v14\\Setup", first = EXCHANGE,
    source = "CSSX; M365-DA", mark = "S" },
  { name = "Skype for Business Server", value = "Type",
    key = MICROSOFT .. "Real-Time Communications\\{A593FD00-64F1-4288-A6F4-E699ED9DCA35}",
    first = "2015 CU9 or 2019 CU1, .NET 4.7, and SQL Server, its Native Client and ODBC Driver 11 with TLS 1.2 " ..
      "first, on every server, pools from the inside out; Lync Server 2013 cannot do without TLS 1.0",
    source = "SFB", mark = "S" },
  { name = "SharePoint Server", key = SHAREPOINT .. "15.0", value = "SharePoint", data = "Installed",
    first = SHAREPOINT_FIRST, source = "SP13; SP16", mark = "S+G" },
  { name = "SharePoint Server", key = SHAREPOINT .. "16.0", value = "SharePoint", data = "Installed",
    first = SHAREPOINT_FIRST, source = "SP16", mark = "S+G" },
  { name = "SQL Server", key = SQL .. "SQL", first = "Database Mail and the web tasks of SSIS use .NET 3.5, which " ..
    "follows Windows only with its update; certificates of mirroring and availability groups must not be signed " ..
    "with MD5", source = "SQL", mark = "S" },
  { name = "SQL Server Reporting Services", key = SQL .. "RS", settled = { TLS12, "Enabled", 1 },
    first = "its Configuration Manager connects only where Enabled = 1 stands in TLS 1.2\\Client, even if TLS 1.2 " ..
      "is on without it", source = "SQL", mark = "S" },
  { name = "Windows Server Update Services", key = MICROSOFT .. "Update Services\\Server\\Setup",
    nt = { ["6.2"] = "KB4022721", ["6.3"] = "KB4022720" }, first = "%s or a later rollup first", source = "CM-SRV",
    mark = "S" },
  { name = "IIS", key = MICROSOFT .. "InetStp", first = "its log can tell who still uses old versions (Server 2012 " ..
    "R2 from KB4025335 on, 2016 from KB4025334 on, later ones by themselves)", source = "M365-DA", mark = "S" },
}

products.READS = {}
for _, product in ipairs(products.LIST) do products.READS[#products.READS + 1] = product.key end

local function is_there(product)
  if not product.value then return registry.exists(product.key) end
  local data = registry.get(product.key, product.value)
  return data ~= nil and (product.data == nil or data == product.data)
end

-- The products that this machine has, in the order of the list.
function products.found()
  local list = {}
  for _, product in ipairs(products.LIST) do
    if is_there(product) then list[#list + 1] = product end
  end
  return list
end

return products
