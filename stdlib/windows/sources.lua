-- What the source tags of windows.releases and windows.update_rows stand for. "none" marks general knowledge; "id N" is
-- a public file whose place is not known, "code index" what public scripts agree on: both are leads, not proof.

local sources = {}

sources.tags = {
  ADO = "microsoft/azure-devops-tls12: AzureDevOpsTls12Analysis.ps1",
  ADV3042058 = "Microsoft security advisory 3042058 (2015)",
  ANS = "https://docs.ans.co.uk/docs/operatingsystems/windows/rdp/rdptls",
  ["AZB-SV"] = "Transport Layer Security in Azure Backup (Swedish, March 2021)",
  ["CM-NL"] = "Configuration Manager: enable TLS 1.2 on clients (Dutch, December 2019)",
  DRDAV = "edbarnes-msft/DrDAV: Test_MsDavConnection.ps1",
  FFFTP = "https://github.com/ffftp/ffftp/wiki/TLS-1.2",
  HASS = "hass.de: set up your IIS for SSL perfect forward secrecy",
  KB3140245 = "https://support.microsoft.com/help/3140245",
  KB4472027 = "https://support.microsoft.com/help/4472027",
  KB5017811 = "https://support.microsoft.com/help/5017811",
  LEGUPD = "LegacyUpdate/LegacyUpdate: setup/, shared/VersionInfo.h",
  ["M365-ENC"] = "Microsoft 365: technical reference details about encryption",
  MMAY = "mmaysami/Winhttp-TLS",
  ["MS14-066"] = "Microsoft security bulletin MS14-066",
  OPT = "https://learn.microsoft.com/windows/win32/winhttp/option-flags",
  PROT = "https://learn.microsoft.com/windows/win32/secauthn/protocols-in-tls-ssl--schannel-ssp-",
  ROLLUP = "https://www.adamfowlerit.com/2017/01/security-quality-rollup-confusion-windows-updates/",
  TLSP = "[MS-TLSP] product behaviour",
  ["WINHTTP-DEC"] = "public decompilations of winhttp.dll",
  ["code index"] = "public scripts and lists",
  none = "general knowledge, no source",
}

-- Whether every tag of a text such as "OPT; CM-NL" is known.
function sources.known(text)
  for tag in text:gmatch "[^;]+" do
    tag = tag:match "^%s*(.-)%s*$"
    local base = tag:gsub("%s*id %d+$", "")
    if base ~= "" and not sources.tags[base] then return false end
  end
  return text ~= ""
end

return sources
