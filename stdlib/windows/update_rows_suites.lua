-- Rows of windows.updates around the protocols: cipher suites and key sizes, servicing stacks, what tells who still
-- uses old versions, services of Windows. Data alone, in the shape of windows.update_rows. File names that no source
-- gives follow the name scheme and stand without hashes.

local rows = {}

local BOTH, ONLY64, SERVER = { "x64", "x86" }, { "x64" }, { "^Server" }
local LINE = { ["6.0"] = "windows6.0", ["6.1"] = "windows6.1", ["6.2"] = "windows8-rt", ["6.3"] = "windows8.1",
  ["10.0"] = "windows10.0" }

-- A branch: nt, and what differs from the usual: service pack 2 on 6.0 and 1 on 6.1, x64 and x86, no known hash.
local function on(nt, more)
  local branch = more or {}
  branch.nt = nt
  branch.service_pack = nt == "6.0" and 2 or nt == "6.1" and 1 or nil
  branch.architectures = branch.architectures or BOTH
  branch.sha1 = branch.sha1 or {}
  return branch
end

local function update(kb, title, delivers, row)
  row.kb, row.title, row.delivers, row.mark = kb, title, delivers, row.mark or "S"
  row.prerequisites = row.prerequisites or {}
  if row.restart == nil then row.restart = true end
  for _, branch in ipairs(row.branches) do
    branch.file = branch.file or ("%s-%s"):format(LINE[branch.nt], kb:lower())
  end
  rows[kb] = row
end

-- Ciphers, suites, key sizes.

update("KB2868725", "RC4 can be switched off", "the RC4 switches of Schannel, and the flag that refuses weak ciphers",
  { source = "ADV2868725", branches = { on "6.1", on "6.2" } })
-- Came with rollups alone: June 2016 (KB3161608, KB3161606), July 2016 (KB3172605, KB3172614), and on 10 with the
-- cumulative updates of June 2016 (windows.suite_lists). No text says that the monthly rollups since October hold it.
update("KB3161639", "DHE_RSA suites with AES-CBC, and the last order of suites of 7 and 8.1",
  "Windows' own order of cipher suites as CSLISTS has it", { source = "KB3161639; CISCO-200656", mark = "S3",
    contained_in = { "KB3161608", "KB3161606", "KB3172605", "KB3172614" }, contained_mark = "S3",
    contained_source = "CISCO-200656; none", branches = { on "6.1", on "6.3" } })
update("KB3161608", "Rollup of June 2016 for Windows 7 SP1 and Server 2008 R2 SP1", "KB3161639 among others",
  { source = "CISCO-200656", mark = "S3", superseded_by = { "KB3172605" }, branches = { on "6.1" } })
update("KB3161606", "Rollup of June 2016 for Windows 8.1 and Server 2012 R2", "KB3161639 among others",
  { source = "none", mark = "G", superseded_by = { "KB3172614" }, branches = { on "6.3" } })
update("KB3018238", "Follow-up of MS14-066 for Server 2008 R2 and Server 2012", "fixes of the new cipher suites",
  { source = "none", mark = "G", branches = { on("6.1", { editions = SERVER, architectures = ONLY64 }),
    on("6.2", { editions = SERVER, architectures = ONLY64 }) } })
update("KB3061518", "MS15-055: shortest Diffie-Hellman key of a client", "ClientMinKeyBitLength, 1024 without a value",
  { source = "MS15-055; TLSREG", branches = { on "6.0", on "6.1", on "6.2", on "6.3" } })
update("KB3174644", "Shortest Diffie-Hellman key of a server", "ServerMinKeyBitLength, 1024 without a value",
  { source = "ADV3174644", branches = { on "6.0", on "6.1", on "6.2", on "6.3" } })
update("KB4537806", "Diffie-Hellman with leading zeros, Windows 10 1607 and Server 2016",
  "no more random resets with DHE suites", { source = "DHE-BUG", superseded_by = { "KB4540670" },
    branches = { on("10.0", { builds = { 14393 } }) } })
update("KB4540670", "Diffie-Hellman with leading zeros, Windows 10 1607 and Server 2016 (cumulative, March 2020)",
  "no more random resets with DHE suites", { source = "DHE-BUG", branches = { on("10.0", { builds = { 14393 } }) } })

-- Servicing.

update("KB3138612", "Windows Update client of March 2016", "an update client that finds later updates",
  { source = "LEGUPD", mark = "S3", names_source = "LEGUPD", names_mark = "S3",
    branches = { on("6.1", { sha1 = { x64 = "f7b1de8ea7cf8faf57b0138c4068d2e899e2b266" } }) } })
update("KB3020369", "Servicing stack update of April 2015", "what KB3125574 needs", { restart = false,
  source = "LEGUPD", mark = "S3", names_source = "LEGUPD", names_mark = "S3",
  branches = { on("6.1", { sha1 = { x64 = "5393066469758e619f21731fc31ff2d109595445" } }) } })
update("KB3125574", "Convenience rollup of April 2016; does not bring KB3140245", "most fixes up to April 2016",
  { prerequisites = { "KB3020369" }, source = "LEGUPD; id 10068243237", mark = "S3", names_source = "LEGUPD",
    names_mark = "S3", branches = { on("6.1", { file = "windows6.1-kb3125574-v4",
      sha1 = { x64 = "2dafb1d203c8964239af3048b5dd4b1264cd93b9" } }) } })
update("KB4598297", "Servicing stack update of Server 2012", "what late rollups need", { restart = false,
  source = "LEGUPD", mark = "S3", names_source = "LEGUPD", names_mark = "S3",
  branches = { on("6.2", { editions = SERVER, architectures = ONLY64,
    sha1 = { x64 = "60f5c45d1216ee6ff1ab88ca03b037ac519ad0da" } }) } })
update("KB3021910", "Servicing stack update of April 2015 for 8.1 and Server 2012 R2", "what KB2919355 needs",
  { restart = false, source = "ADO; LEGUPD", branches = { on "6.3" } })
for _, kb in ipairs { "KB2932046", "KB2934018", "KB2937592", "KB2938439", "KB2959977" } do
  update(kb, "Part of Windows 8.1 Update 1", "belongs to KB2919355", { prerequisites = { "KB2919355" },
    source = "ADO; ADFS; LEGUPD", branches = { on "6.3" } })
end

-- Who still uses old versions, and services.

update("KB4025335", "IIS logs the TLS version of each request, Server 2012 R2", "who still uses TLS 1.0 and 1.1",
  { source = "M365-DA", branches = { on("6.3", { architectures = BOTH }) } })
update("KB4025334", "IIS logs the TLS version of each request, Server 2016", "who still uses TLS 1.0 and 1.1",
  { source = "M365-DA", branches = { on("10.0", { builds = { 14393 } }) } })
update("KB4490481", "HTTP.sys switches legacy TLS off for single bindings, Server 2019",
  "netsh http ... disablelegacytls=enable", { source = "DISLEG",
    branches = { on("10.0", { builds = { 17763 }, architectures = { "x64", "x86", "arm64" } }) } })
update("KB4022721", "TLS 1.2 in WSUS on Server 2012", "WSUS that speaks TLS 1.2", { source = "CM-SRV",
  branches = { on("6.2", { editions = SERVER, architectures = ONLY64 }) } })
update("KB4022720", "TLS 1.2 in WSUS on Server 2012 R2", "WSUS that speaks TLS 1.2", { source = "CM-SRV",
  branches = { on("6.3", { editions = SERVER, architectures = ONLY64 }) } })

return rows
