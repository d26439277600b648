-- What the source tags of windows.releases and windows.update_rows stand for. "none" marks general knowledge; "id N" is
-- a public file whose place is not known, "code index" what public scripts agree on: both are leads, not proof.

local sources = {}

sources.tags = {
  AADC = "Microsoft Entra Connect: TLS 1.2 enforcement",
  ADFS = "https://learn.microsoft.com/windows-server/identity/ad-fs/operations/manage-ssl-protocols-in-ad-fs",
  ADO = "microsoft/azure-devops-tls12: AzureDevOpsTls12Analysis.ps1",
  ADV2868725 = "Microsoft security advisory 2868725 (2013)",
  ADV2960358 = "Microsoft security advisory 2960358 (2014)",
  ADV3042058 = "Microsoft security advisory 3042058 (2015)",
  ADV3174644 = "Microsoft security advisory 3174644 (2016)",
  ADFSTOOLS = "Microsoft's AD FS toolbox",
  ANS = "https://docs.ans.co.uk/docs/operatingsystems/windows/rdp/rdptls",
  ["AZB-EN"] = "Transport Layer Security in Azure Backup (2022)",
  ["AFD-DHE"] = "https://learn.microsoft.com/azure/frontdoor/diffie-hellman-ciphers",
  ["AFD-POLICY"] = "https://learn.microsoft.com/azure/frontdoor/tls-policy",
  ["AFD-TLS"] = "https://learn.microsoft.com/azure/frontdoor/end-to-end-tls",
  ["AZB-SV"] = "Transport Layer Security in Azure Backup (Swedish, March 2021)",
  ["CM-NET"] = "Configuration Manager: update .NET Framework to support TLS 1.2",
  ["CM-NL"] = "Configuration Manager: enable TLS 1.2 on clients (Dutch, December 2019)",
  ["CM-SRV"] = "Configuration Manager: enable TLS 1.2 on site servers",
  ["CISCO-200656"] = "Cisco 200656: CUIC does not load on IE 11 after KB3161608/KB3161639",
  ["code index"] = "public scripts and lists",
  CSLISTS = "https://learn.microsoft.com/windows/win32/secauthn/cipher-suites-in-schannel and the page of each release",
  CS7 = "https://learn.microsoft.com/windows/win32/secauthn/tls-cipher-suites-in-windows-7",
  CERTSTORES = "https://learn.microsoft.com/windows/win32/seccrypto/system-store-locations",
  CSSX = "microsoft/CSS-Exchange",
  ["DHE-BUG"] = "Applications forcibly close TLS connections (KB4557473)",
  CURVES = "https://learn.microsoft.com/windows/win32/secauthn/tls-elliptic-curves-in-windows-10-1607-and-later",
  DISLEG = "Microsoft security engineering: disable legacy TLS",
  ["DOTNET-TLS"] = "https://learn.microsoft.com/dotnet/framework/network-programming/tls",
  ["DOTNET-VER"] = "https://learn.microsoft.com/dotnet/framework/install/how-to-determine-which-versions-are-installed",
  DRDAV = "edbarnes-msft/DrDAV: Test_MsDavConnection.ps1",
  ENTRA = "https://learn.microsoft.com/troubleshoot/entra/entra-id/ad-dmn-services/enable-support-tls-environment",
  ["ENTRA-CS"] = "https://learn.microsoft.com/azure/active-directory-b2c/https-cipher-tls-requirements",
  FFFTP = "https://github.com/ffftp/ffftp/wiki/TLS-1.2",
  HASS = "hass.de: set up your IIS for SSL perfect forward secrecy",
  HELLOS = "recorded ClientHellos: testssl.sh, cisco/mercury, cisco/joy, LeeBrotherston/tls-fingerprinting",
  HK = "scipag/HardeningKitty",
  IEPOL = "Policy CSP InternetExplorer",
  INJ = "injixo: secured connections, TLS 1.2 (German)",
  KB245030 = "https://support.microsoft.com/help/245030",
  KB260729 = "Microsoft support article 260729 (Schannel event logging)",
  KB3140245 = "https://support.microsoft.com/help/3140245",
  KB3161639 = "https://support.microsoft.com/help/3161639",
  KB3154518 = "https://support.microsoft.com/help/3154518",
  KB3154519 = "https://support.microsoft.com/help/3154519",
  KB3154520 = "https://support.microsoft.com/help/3154520",
  KB3178465 = "https://support.microsoft.com/help/3178465",
  KB4472027 = "https://support.microsoft.com/help/4472027",
  KB5017379 = "https://support.microsoft.com/help/5017379 (OS build 17763.3469)",
  KB5017380 = "https://support.microsoft.com/help/5017380 (OS builds 19042.2075 to 19044.2075)",
  KB5017811 = "https://support.microsoft.com/help/5017811",
  LEGUPD = "LegacyUpdate/LegacyUpdate: setup/, shared/VersionInfo.h",
  ["M365-DA"] = "Disabling TLS 1.0 and 1.1 for Microsoft 365 (Danish, April 2022)",
  ["M365-DE"] = "Prepare for TLS 1.2 in Microsoft 365 (German, April 2020)",
  ["M365-ENC"] = "Microsoft 365: technical reference details about encryption",
  MCPMAG = "mcpmag.com: convenience rollups for Windows 7 (May 2016): all fixes for general distribution to April 2016",
  MMAY = "mmaysami/Winhttp-TLS",
  ["MS14-066"] = "Microsoft security bulletin MS14-066",
  ["MS15-055"] = "Microsoft security bulletin MS15-055",
  OPT = "https://learn.microsoft.com/windows/win32/winhttp/option-flags",
  PRIO = "https://learn.microsoft.com/windows/win32/secauthn/prioritizing-schannel-cipher-suites",
  PROT = "https://learn.microsoft.com/windows/win32/secauthn/protocols-in-tls-ssl--schannel-ssp-",
  RDPDOC = "https://learn.microsoft.com/troubleshoot/windows-server/remote/rdp-error-general-troubleshooting",
  RELINFO = "https://learn.microsoft.com/windows-server/get-started/windows-server-release-info",
  ROLLUP = "https://www.adamfowlerit.com/2017/01/security-quality-rollup-confusion-windows-updates/",
  SCDSC = "dsccommunity/SChannelDsc",
  SFB = "Skype for Business Server: disable TLS 1.0 and 1.1",
  SOLVE = "Microsoft security engineering: solving the TLS 1.0 problem",
  SP13 = "SharePoint Server 2013: enable TLS and SSL support",
  SP16 = "SharePoint Server 2016: enable TLS 1.1 and TLS 1.2",
  SQL = "TLS 1.2 support for Microsoft SQL Server (KB3135244)",
  SQLB = "public lists of SQL Server builds",
  SQLCHECK = "microsoft/CSS_SQL_Networking_Tools: SQLCheck",
  SQLCOMP = "How to determine the version of SQL Server components",
  TLSP = "[MS-TLSP] product behaviour",
  TLSREG = "https://learn.microsoft.com/windows-server/security/tls/tls-registry-settings",
  ["WINHTTP-DEC"] = "public decompilations of winhttp.dll",
  none = "general knowledge, no source",
}

-- A text such as "OPT; CM-NL" for a person: what each tag stands for.
function sources.spelled(text)
  local names = {}
  for tag in (text or "none"):gmatch "[^;]+" do
    local base = tag:match "^%s*(.-)%s*$":gsub("%s*id %d+$", "")
    names[#names + 1] = sources.tags[base] or "a public file"
  end
  return table.concat(names, "; ")
end

return sources
