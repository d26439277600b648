-- Rows of windows.updates for .NET Framework, one each of what tls.dotnet says that a runtime needs. Data alone, in the
-- shape of windows.update_rows. All of them are superseded by .NET rollups, which carry numbers of their own: from
-- August and September 2017 on every .NET rollup contains the work on 3.5 (DOTNET-TLS; KB3154518).

local rows = {}

local BOTH = { "x64", "x86" }
local TITLES = {
  versions = { "TLS versions of Windows for .NET Framework %s",
    "a .NET Framework %s that reads SystemDefaultTlsVersions" },
  strong = { "Strong cryptography for .NET Framework %s", "SchUseStrongCrypto for .NET Framework %s" },
}

-- What needs KB2868725, by which RC4 can be switched off, or a later schannel.dll first (ADV2960358).
local RC4 = {}
for _, kb in ipairs { "KB2898851", "KB2938780", "KB2938782", "KB2954853", "KB2898845", "KB2898849" } do
  RC4[kb] = { "KB2868725" }
end

-- what: a key of TITLES; runtime: its text in titles; branches: { nt =, service_pack =, editions = }
local function update(kb, what, runtime, source, branches)
  local row = { kb = kb, title = TITLES[what][1]:format(runtime), delivers = TITLES[what][2]:format(runtime),
    restart = true, prerequisites = RC4[kb] or {}, product = ".NET Framework", superseded_by_rollups = true,
    source = source, mark = "S", branches = {} }
  for index, branch in ipairs(branches) do
    branch.architectures, branch.sha1 = branch.architectures or BOTH, {}
    branch.file = ("%s-%s"):format(({ ["6.0"] = "windows6.0", ["6.1"] = "windows6.1", ["6.2"] = "windows8-rt",
      ["6.3"] = "windows8.1", ["10.0"] = "windows10.0" })[branch.nt], kb:lower())
    row.branches[index] = branch
  end
  rows[kb] = row
end

local vista, seven, eight, blue = { nt = "6.0", service_pack = 2 }, { nt = "6.1", service_pack = 1 }, { nt = "6.2" },
  { nt = "6.3" }
local function fresh(branch)
  return { nt = branch.nt, service_pack = branch.service_pack }
end

update("KB3154517", "versions", "2.0 SP2 and 3.5 SP1", "DOTNET-TLS", { fresh(vista) })
update("KB3154518", "versions", "3.5.1", "KB3154518; SP16", { fresh(seven) })
update("KB3154519", "versions", "3.5", "KB3154519; SP16", { fresh(eight) })
update("KB3154520", "versions", "3.5 SP1", "KB3154520; SP16", { fresh(blue) })
update("KB3156421", "versions", "3.5 (Windows 10 1511, cumulative update of May 2016)", "SP16; DOTNET-TLS",
  { { nt = "10.0", builds = { 10586 } } })
update("KB2938780", "strong", "4", "ADV2960358", { fresh(seven) })
update("KB2938782", "strong", "4.5 and 4.5.1", "SP16; ADV2960358", { fresh(seven) })
update("KB2954853", "strong", "4.5.2", "SP16", { fresh(seven) })
update("KB2898849", "strong", "4.5, 4.5.1 and 4.5.2", "SP16", { fresh(eight) })
update("KB2898850", "strong", "4.5.1 and 4.5.2", "SP16", { fresh(blue) })
update("KB2898851", "strong", "3.5.1", "SP16; ADV2960358", { fresh(seven) })
update("KB2898845", "strong", "3.5", "SP16", { fresh(eight) })
update("KB2898847", "strong", "3.5", "SP16", { fresh(blue) })

return rows
