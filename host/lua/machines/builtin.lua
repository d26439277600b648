-- The built-in machines: a snapshot for every release and architecture of windows.releases, freshly installed, with
-- updates on request. Owns what such a machine's registry holds and the text of it (regedit 5, UTF-8, CRLF). Knows
-- nothing of how snapshots are read. What stands in it follows real hives: no DefaultSecureProtocols, no protocol keys
-- but the one that Windows itself writes up to 8.1.
--
-- A name is RELEASE[-spN]-ARCH with any number of "+KB", of "+" roles (machines.roles) and of "+" months, patch states
-- (machines.months): "win7-sp1-x64", "win7-sp1-x64+KB3140245", "ws2012-x64+rdp+sql-11.0.7001.0", "win81-x64+2016-06".

local months = require "machines.months"
local releases = require "windows.releases"

local machines = {}

local SOFTWARE, SYSTEM = "HKEY_LOCAL_MACHINE\\SOFTWARE", "HKEY_LOCAL_MACHINE\\SYSTEM"
local CONTROL = SYSTEM .. "\\CurrentControlSet\\Control"
local PACKAGES = "\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\Packages\\"
local FACTS = SOFTWARE .. "\\tlsmend\\Facts"
local PROCESSORS = { x64 = "AMD64", x86 = "x86", arm64 = "ARM64" }
local INSTALLED = 0x70
-- Stores of certificates, and Windows' own accounts: a file without them tells of none (host/machine/anchors.c).
local ANCHORS = { "HKEY_USERS\\.DEFAULT", "HKEY_USERS\\S-1-5-18",
  SOFTWARE .. "\\Microsoft\\SystemCertificates\\AuthRoot\\Certificates",
  SOFTWARE .. "\\Microsoft\\SystemCertificates\\ROOT\\Certificates" }

-- A registry under construction: path -> { values: name -> text behind the equals sign, keys: what is below }; the path
-- "" holds the roots.

local function quote(text)
  if text:find("\\", 1, true) or text:find('"', 1, true) then text = text:gsub('[\\"]', "\\%0") end
  return '"' .. text .. '"'
end

local function dword(number)
  return ("dword:%08x"):format(number)
end

-- The key with all its ancestors, as regedit would list them.
local function key(tree, path)
  if tree[path] then return tree[path] end
  local behind = path:reverse():find("\\", 1, true) -- as a pattern that looks for the last one, and cheaper
  local parent = behind and path:sub(1, -behind - 1) or ""
  local made = { path = path, order = (behind and path:sub(-behind + 1) or path):upper(), values = {}, keys = {} }
  tree[path] = made
  local siblings = key(tree, parent).keys
  siblings[#siblings + 1] = made
  return made
end

local function put(tree, path, values)
  local target = key(tree, path).values
  for name, value in pairs(values) do
    target[name] = math.type(value) == "integer" and dword(value) or quote(value)
  end
end

-- Below HKLM\SOFTWARE, in every view that the machine has.
local function put_views(tree, sixtyfour, path, values)
  put(tree, SOFTWARE .. path, values)
  if sixtyfour then put(tree, SOFTWARE .. "\\Wow6432Node" .. path, values) end
end

local function current_version(tree, row)
  local is_ten = row.nt == "10.0"
  local values = {
    CurrentVersion = is_ten and "6.3" or row.nt, -- frozen at 6.3 since 10
    CurrentBuild = tostring(row.build), CurrentBuildNumber = tostring(row.build),
    ProductName = row.product, EditionID = row.edition, SystemRoot = "C:\\Windows",
  }
  if row.service_pack > 0 then values.CSDVersion = ("Service Pack %d"):format(row.service_pack) end
  if row.nt ~= "6.0" then values.InstallationType = row.product_type == "server" and "Server" or "Client" end
  if is_ten then
    values.CurrentMajorVersionNumber, values.CurrentMinorVersionNumber = 10, 0
    values.UBR = tonumber(row.files:match "(%d+)$")
    if row.release and row.release:find "H" then -- DisplayVersion came with 20H2 and froze ReleaseId
      values.DisplayVersion, values.ReleaseId = row.release, "2009"
    else
      values.ReleaseId = row.release
    end
  end
  put(tree, SOFTWARE .. "\\Microsoft\\Windows NT\\CurrentVersion", values)
end

local function control(tree, row, architecture)
  local computer = row.id:upper():gsub("[^%w-]", ""):sub(1, 15)
  put(tree, CONTROL .. "\\ComputerName\\ActiveComputerName", { ComputerName = computer })
  put(tree, CONTROL .. "\\ComputerName\\ComputerName", { ComputerName = computer })
  put(tree, CONTROL .. "\\ProductOptions", { ProductType = row.product_type == "server" and "ServerNT" or "WinNT" })
  put(tree, CONTROL .. "\\Session Manager\\Environment", { PROCESSOR_ARCHITECTURE = PROCESSORS[architecture] })
  put(tree, CONTROL .. "\\Terminal Server", { fDenyTSConnections = 1 })
  put(tree, CONTROL .. "\\Windows", { CSDVersion = row.service_pack * 0x100 })
end

local function schannel(tree, row)
  local root = CONTROL .. "\\SecurityProviders\\SCHANNEL"
  put(tree, root, { EventLogging = 1 })
  for _, name in ipairs { "Ciphers", "CipherSuites", "Hashes", "KeyExchangeAlgorithms", "Protocols" } do
    key(tree, root .. "\\" .. name)
  end
  if row.nt ~= "10.0" then put(tree, root .. "\\Protocols\\SSL 2.0\\Client", { DisabledByDefault = 1 }) end
end

local function winhttp(tree, sixtyfour)
  local root = "\\Microsoft\\Windows\\CurrentVersion\\Internet Settings\\WinHttp"
  put_views(tree, sixtyfour, root .. "\\Passport Test", { ConfigVersion = 0 })
  put_views(tree, sixtyfour, root .. "\\Tracing", {})
end

local function dotnet(tree, row, sixtyfour)
  put_views(tree, sixtyfour, "\\Microsoft\\.NETFramework\\v2.0.50727", {})
  put_views(tree, sixtyfour, "\\Microsoft\\.NETFramework\\v4.0.30319", {})
  local setup = "\\Microsoft\\NET Framework Setup\\NDP"
  put_views(tree, sixtyfour, setup, {})
  if row.nt == "6.1" then put_views(tree, sixtyfour, setup .. "\\v3.5", { Install = 1, SP = 1 }) end
  if row.dotnet then put_views(tree, sixtyfour, setup .. "\\v4\\Full", { Install = 1, Release = row.dotnet }) end
end

-- The private facts: what a registry does not tell of itself.
local function facts(tree, row, architecture, sixtyfour)
  put(tree, FACTS, { Architecture = architecture, BootId = 1 })
  key(tree, FACTS .. "\\Hotfixes")
  for _, view in ipairs(sixtyfour and { 64, 32 } or { 32 }) do
    local files = { ["System32\\schannel.dll"] = row.files, ["System32\\winhttp.dll"] = row.files }
    if row.webio ~= false then files["System32\\webio.dll"] = row.files end -- came with 7
    put(tree, ("%s\\Files\\%d"):format(FACTS, view), files)
  end
end

local function foundation(tree, row, architecture)
  local name = ("Microsoft-Windows-Foundation-Package~31bf3856ad364e35~%s~~%s"):format(
    architecture == "x64" and "amd64" or architecture, row.files)
  put(tree, SOFTWARE .. PACKAGES .. name, { CurrentState = INSTALLED, Visibility = 1 })
end

local function put_files(tree, files, architecture)
  for _, file in ipairs(files or {}) do
    put(tree, FACTS .. "\\Files\\32", { [file.path] = file.floor })
    if architecture ~= "x86" then put(tree, FACTS .. "\\Files\\64", { [file.path] = file.floor }) end
  end
end

-- Installs an update: its package, its entry in the hotfix list, its files. nil and the reason if it does not fit.
local function install(tree, row, architecture, kb)
  local updates = require "windows.updates" -- most machines have none
  local known = updates.of(kb)
  if not known then return nil, kb .. " is not in windows.updates" end
  local system = { nt = row.nt, service_pack = row.service_pack, server = row.product_type == "server",
    edition = row.edition, architecture = architecture, build = row.build }
  local branch, reason = updates.branch(known, system)
  if not branch then return nil, reason end
  put(tree, FACTS .. "\\Hotfixes", { [known.kb] = "installed" })
  local package = updates.package(known, branch, architecture)
    or ("Package_for_RollupFix~31bf3856ad364e35~%s~~%s.1.0"):format(updates.cbs_architecture(architecture), branch.nt)
  put(tree, SOFTWARE .. PACKAGES .. package, { CurrentState = INSTALLED, Visibility = 2 })
  put_files(tree, branch.files, architecture)
  for _, contained in ipairs(known.contains or {}) do -- the files without the package: what makes a KB list lie
    put_files(tree, updates.branch(updates.of(contained), system).files, architecture)
  end
  return true
end

-- The updates of a month; of a 10 its revision is all.
local function add_month(tree, row, architecture, month)
  for _, kb in ipairs(months.of(row, month).updates or {}) do
    local done, reason = install(tree, row, architecture, kb)
    if not done then return nil, reason end
  end
  return true
end

-- One part of a name behind its "+": an update, a month or a role.
local function add(tree, row, architecture, part)
  if months.is(part) then return add_month(tree, row, architecture, part) end
  if part:upper():find "^KB%d" then return install(tree, row, architecture, part) end
  local kit = {
    put = function(path, values) put(tree, path, values) end,
    put_views = function(path, values) put_views(tree, architecture ~= "x86", path, values) end,
  }
  return require("machines.roles").add(kit, part) -- most machines have none
end

local function add_values(values, lines)
  local names, order = {}, {}
  for name in pairs(values) do names[#names + 1], order[name] = name, name:upper() end
  table.sort(names, function(a, b) return order[a] < order[b] end)
  for _, name in ipairs(names) do lines[#lines + 1] = quote(name) .. "=" .. values[name] end
end

-- Siblings order by their upper-case names, a key stands before what is below it.
local function add_keys(keys, lines)
  table.sort(keys, function(a, b) return a.order < b.order end)
  for _, made in ipairs(keys) do
    lines[#lines + 1] = "[" .. made.path .. "]"
    add_values(made.values, lines)
    lines[#lines + 1] = ""
    add_keys(made.keys, lines)
  end
end

local function render(tree)
  local lines = { "Windows Registry Editor Version 5.00", "" }
  add_keys(tree[""].keys, lines)
  return table.concat(lines, "\r\n") .. "\r\n"
end

local function split(name)
  local base, rest = name:match "^([^+]+)(.*)$"
  if not base then return nil end
  local id, architecture = base:match "^(.+)-(%w+)$"
  local row = id and releases.by_id[id]
  if not row then return nil end
  for _, known in ipairs(row.architectures) do
    if known == architecture then return row, architecture, rest end
  end
end

-- The snapshot of a name as text; nil and, where there is one, the reason.
function machines.text(name)
  local row, architecture, rest = split(name)
  if not row then return nil end
  local reason
  row, reason = months.revised(row, rest)
  if not row then return nil, reason end
  local tree, sixtyfour = { [""] = { keys = {} } }, architecture ~= "x86"
  current_version(tree, row)
  control(tree, row, architecture)
  schannel(tree, row)
  for _, path in ipairs(ANCHORS) do key(tree, path) end
  winhttp(tree, sixtyfour)
  dotnet(tree, row, sixtyfour)
  foundation(tree, row, architecture)
  facts(tree, row, architecture, sixtyfour)
  for part in rest:gmatch "%+([^+]*)" do
    local done
    done, reason = add(tree, row, architecture, part)
    if not done then return nil, reason end
  end
  return render(tree)
end

-- The names of all machines without updates, sorted.
function machines.names()
  local names = {}
  for _, row in ipairs(releases.list) do
    for _, architecture in ipairs(row.architectures) do names[#names + 1] = row.id .. "-" .. architecture end
  end
  table.sort(names)
  return names
end

return machines
