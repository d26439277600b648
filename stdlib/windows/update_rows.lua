-- The rows of windows.updates: what each update delivers, where it applies, what it needs, how to see that it is there.
-- Data alone. `mark` as in windows.releases; a runbook that rests on an S3 or G row says so in its plan. Numbers are
-- copied, never completed: a hash that is not fully known is not here.

local rows = {}

-- A branch is one servicing line of an update: where it applies (nt, service_pack, editions as Lua patterns) and the
-- file versions that it brings at least. `file` is the name without "-<arch>[_<sha1>].msu"; `sha1` are the hashes that
-- the names of the known files end in.
local function update(kb, row)
  row.kb = kb
  rows[kb] = row
end

-- `component`: what servicing calls the component of a file. `rollup`: the monthly rollups that contain an update, by
-- the build in the name of their package, which is later than `after`, or by their number.
local WINHTTP_ROLLUP = { after = 24540, source = "ROLLUP; id 32241596427; id 10403034651", mark = "S3",
  numbers = { "KB4537820", "KB4540688", "KB4550964", "KB4556836", "KB4561643", "KB4565524", "KB4571729", "KB4577051",
    "KB4580345" } } -- 24540 is December 2019; January 2020 (KB4534310) is the first that is said to contain it
local SCHANNEL_2008 = { path = "System32\\schannel.dll", floor = "6.0.6002.24129",
  component = "microsoft-windows-security-schannel" }
local ANY_ROLLUP_2008 = { after = 0, source = "FFFTP; id 42514189082", mark = "S3" }

update("KB3140245", {
  title = "TLS 1.1 and TLS 1.2 as default secure protocols in WinHTTP",
  delivers = "winhttp.dll and webio.dll that read DefaultSecureProtocols",
  restart = true, prerequisites = {}, contained_in = { "KB4534310" },
  contained_source = "ROLLUP; id 32241596427", contained_mark = "S3",
  branches = {
    { nt = "6.1", service_pack = 1, architectures = { "x64", "x86", "ia64" },
      file = "windows6.1-kb3140245",
      sha1 = { x64 = "5b067ffb69a94a6e5f9da89ce88c658e52a0dec0", x86 = "cdafb409afbe28db07e2254f40047774a0654f18",
        ia64 = "3eabf0eda3e3a4c73a832a04bf09d402fc942e13" },
      rollup = WINHTTP_ROLLUP,
      files = { { path = "System32\\webio.dll", floor = "6.1.7601.23375", component = "microsoft-windows-webio" },
        { path = "System32\\winhttp.dll", floor = "6.1.7601.23375", component = "microsoft.windows.winhttp" } } },
    { nt = "6.2", editions = { "^Server", "^Embedded" }, architectures = { "x64", "x86" },
      file = "windows8-rt-kb3140245",
      sha1 = { x64 = "b589173ad4afdb12b18606b5f84861fcf20010d0", x86 = "d68690bf0bc828ea9368a6e25dc6a9b1b3adf151" },
      files = { { path = "System32\\webio.dll", floor = "6.2.9200.21797", component = "microsoft-windows-webio" },
        { path = "System32\\winhttp.dll", floor = "6.2.9200.21797", component = "microsoft.windows.winhttp" } } },
  },
  files_source = "DRDAV; HASS", files_mark = "S3",
  names_source = "id 42514189082; id 46354267958; id 18628020388", names_mark = "S3",
  source = "KB3140245; MMAY", mark = "S",
})

update("KB4019276", {
  title = "TLS 1.1 and TLS 1.2 in Schannel of Windows Server 2008 SP2",
  delivers = "schannel.dll with TLS 1.1 and TLS 1.2, off by default", restart = true, prerequisites = {},
  superseded_by = { "KB4056564" },
  branches = { { nt = "6.0", service_pack = 2, editions = { "^Server" }, architectures = { "x64", "x86" },
    file = "windows6.0-kb4019276", sha1 = {},
    files = { SCHANNEL_2008 }, rollup = ANY_ROLLUP_2008 } },
  files_source = "ANS id 13971294046", files_mark = "S3",
  source = "AZB-SV; TLSP; FFFTP", mark = "S",
})

update("KB4056564", {
  title = "Schannel of Windows Server 2008 SP2, replaces KB4019276",
  delivers = "schannel.dll with TLS 1.1 and TLS 1.2, off by default", restart = true, prerequisites = {},
  replaces = { "KB4019276" },
  branches = { { nt = "6.0", service_pack = 2, editions = { "^Server" }, architectures = { "x64", "x86" },
    file = "windows6.0-kb4056564-v2", sha1 = {},
    files = { SCHANNEL_2008 }, rollup = ANY_ROLLUP_2008 } },
  files_source = "ANS id 13971294046", files_mark = "S3",
  source = "FFFTP; id 42514189082", mark = "S3",
})

update("KB3080079", {
  title = "TLS 1.1 and TLS 1.2 for Remote Desktop hosts",
  delivers = "Remote Desktop that accepts TLS 1.1 and 1.2; needed before TLS 1.0 server is switched off",
  restart = true, prerequisites = {},
  branches = { { nt = "6.1", service_pack = 1, architectures = { "x64", "x86" },
    file = "windows6.1-kb3080079", sha1 = { x64 = "2cb24acbc7ecbad33d452fdb00a57343e90dc3e5",
      x86 = "1b0379e5731934f6f14456588348e9f371d0c4df" } } },
  names_source = "code index", names_mark = "S3",
  source = "ANS", mark = "S3",
})

update("KB4074621", {
  title = "TLS 1.1 and TLS 1.2 for Remote Desktop hosts of Windows Server 2008 SP2",
  delivers = "Remote Desktop that accepts TLS 1.1 and 1.2", restart = true, prerequisites = {},
  branches = { { nt = "6.0", service_pack = 2, editions = { "^Server" }, architectures = { "x64", "x86" },
      file = "windows6.0-kb4074621", sha1 = {} } },
  source = "ANS", mark = "S3",
})

update("KB4490628", {
  title = "Servicing stack update of March 2019, needed for SHA-2 signatures",
  delivers = "a servicing stack that understands SHA-2", restart = false, prerequisites = {}, superseded_by = {},
  branches = { { nt = "6.1", service_pack = 1, architectures = { "x64", "x86" },
    file = "windows6.1-kb4490628", sha1 = { x64 = "d3de52d6987f7c8bdc2c015dca69eac96047c76e",
      x86 = "3cdb3df55b9cd7ef7fcb24fc4e237ea287ad0992" } } },
  names_source = "LEGUPD", names_mark = "S3",
  source = "KB4472027; LEGUPD", mark = "S",
})

update("KB4493730", {
  title = "Servicing stack update of April 2019 for Windows Server 2008 SP2",
  delivers = "a servicing stack that understands SHA-2; the build becomes 6003", restart = false, prerequisites = {},
  branches = { { nt = "6.0", service_pack = 2, architectures = { "x64", "x86" },
    file = "windows6.0-kb4493730", sha1 = { x64 = "5cb91f4e9000383f061b80f88feffdf228c2443c",
      x86 = "ab4368f19db796680ff445a7769886c4cdc009a0" } } },
  names_source = "LEGUPD", names_mark = "S3",
  source = "KB4472027; LEGUPD", mark = "S",
})

update("KB4474419", {
  title = "SHA-2 code signing support", delivers = "SHA-2 signatures, needed by every update from July 2019 on",
  restart = true, prerequisites = {},
  branches = {
    { nt = "6.0", service_pack = 2, prerequisites = { "KB4493730" }, architectures = { "x64", "x86" },
      file = "windows6.0-kb4474419", sha1 = {} },
    { nt = "6.1", service_pack = 1, prerequisites = { "KB4490628" }, architectures = { "x64", "x86", "ia64" },
      file = "windows6.1-kb4474419-v3",
      sha1 = { x64 = "b5614c6cea5cb4e198717789633dca16308ef79c", x86 = "0f687d50402790f340087c576886501b3223bec6",
        ia64 = "1436a990f64876332857baaafa7aeb9eadcb4fa4" } },
  },
  names_source = "LEGUPD", names_mark = "S3",
  source = "KB4472027; LEGUPD", mark = "S",
})

update("KB3042058", {
  title = "Cipher suite order and DHE_RSA and RSA suites with GCM",
  delivers = "cipher suites without which 7 and 8.1 may share none with the service",
  restart = true, prerequisites = {},
  contained_in = { "KB3125574" }, contained_source = "MCPMAG", contained_mark = "S3",
  branches = {
    { nt = "6.1", service_pack = 1, architectures = { "x64", "x86" },
      file = "windows6.1-kb3042058", sha1 = {} },
    { nt = "6.2", architectures = { "x64", "x86" },
      file = "windows8-rt-kb3042058", sha1 = {} },
    { nt = "6.3", architectures = { "x64", "x86" },
      file = "windows8.1-kb3042058", sha1 = {} },
  },
  source = "ADV3042058; M365-ENC", mark = "S",
})

update("KB2992611", {
  title = "MS14-066: Schannel security fix with DHE_RSA and RSA suites with GCM",
  delivers = "cipher suites and the fix of MS14-066; follow-up KB3018238 on 2008 R2 and 2012", restart = true,
  prerequisites = {},
  branches = {
    { nt = "6.1", service_pack = 1, architectures = { "x64", "x86" },
      file = "windows6.1-kb2992611", sha1 = {} },
    { nt = "6.2", architectures = { "x64", "x86" },
      file = "windows8-rt-kb2992611", sha1 = {} },
    { nt = "6.3", architectures = { "x64", "x86" },
      file = "windows8.1-kb2992611", sha1 = {} },
  },
  source = "MS14-066", mark = "S+G",
})

update("KB2919355", {
  title = "Windows 8.1 Update 1", delivers = "the floor for later updates and for the newer cipher suites",
  restart = true, prerequisites = { "KB3021910" },
  branches = { { nt = "6.3", architectures = { "x64", "x86" },
    rollup = { after = 0, source = "KB3178465", mark = "S" }, -- which says that each later update needs it
    file = "windows8.1-kb2919355", sha1 = { x64 = "e6f4da4d33564419065a7370865faacf9b40ff72" } } },
  names_source = "LEGUPD", names_mark = "S3",
  source = "ADO; LEGUPD", mark = "S",
})

update("KB4534310", {
  title = "Monthly rollup of January 2020 for Windows 7 SP1 and Server 2008 R2 SP1",
  delivers = "all fixes up to January 2020; contains KB3140245 (its registry value is still needed)",
  restart = true, prerequisites = { "KB4490628", "KB4474419" }, contains = { "KB3140245" },
  rollup = true, -- servicing calls it Package_for_RollupFix, without a KB number; only the hotfix list names it.
  branches = { { nt = "6.1", service_pack = 1, architectures = { "x64", "x86", "ia64" }, file = "windows6.1-kb4534310",
    sha1 = {} } },
  source = "ROLLUP; id 32241596427", mark = "S3",
})

return rows
