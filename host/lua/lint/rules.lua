-- The rules of lint: why each exists and who says so. `source` names documents by the tags of windows.sources;
-- "tlsmend" are promises of this program itself.

local rules = {}

local function rule(id, reason, source) rules[id] = { reason = reason, source = source or "tlsmend" } end

rule("syntax", "the file is not Lua")
rule("undeclared-global", "a name without `local` is a typing error, or something that runbooks do not have")
rule("unknown-module", "only native modules and the standard library can be required")
rule("unknown-function", "the module has nothing of that name: calling it fails on the machine")
rule("unknown-field", "a field that nobody reads is a typing error, and what was meant does not happen")
rule("missing-field", "a runbook without it does not load")
rule("does-not-load", "a runbook whose declaration is not as it must be is refused before it runs")
rule("unknown-param", "a parameter that is not declared is always nil")
rule("fails", "it fails on this machine when it is planned with its defaults")
rule("no-reason", "a person who reads that it does not apply has to know why, and what to do instead")
rule("effect-unasked",
  "verifies = \"effect\" lets a run be kept that nobody has confirmed: verify must ask a server, with probe")
rule("not-converging", "compliant means that a second run proposes nothing")
rule("needs-narrow", "what is not in `needs` is refused when it is read or written")
rule("needs-reads", "what `needs.reads` lets it read is refused when it is written: declare it in `needs.registry`")
rule("needs-wide", "whoever approves a runbook approves all of its `needs`: declare what is used, no more")
rule("restart-undeclared", "a restart that `needs` does not declare is refused")
rule("wow6432node",
  "32-bit views are part of a key's address: pass view = 32; on a 32-bit Windows the key must not be made",
  "SHARED; SP16")
rule("one-view",
  "32-bit programs on a 64-bit Windows read the other copy, such as 32-bit Office", "KB3140245; CM-NL; CM-NET")
rule("one-role", "what is switched off as client is still accepted as server, and the other way round", "SP13; SP16")
rule("half-set", "up to 2008 R2 Enabled=1 alone does nothing, and checkers call it half set: write both values",
  "SQL; FFFTP; CSSX")
rule("version-key",
  "values on the version's key itself are ignored: they belong below Client and Server", "TLSREG; SQL")
rule("protocol-name", "names are like \"TLS 1.2\": \"TLS 1,2\" comes from machine translation", "TLSREG")
rule("unknown-protocol", "Schannel has no protocol of that name, the key counts for nothing", "TLSREG; SCDSC")
rule("enabled-number",
  "protocols: 0 or 1. Ciphers, hashes, key exchange: 0 or 0xFFFFFFFF; some readers want exactly these",
  "SCDSC; KB245030; ADO; CSSX")
rule("value-type", "Windows reads these values only as REG_DWORD", "TLSREG; OPT")
rule("ssl-on", "SSL 2.0 and 3.0 are broken and must not be switched on", "M365-DA; PROT")
rule("ssl-bit",
  "0x8 is SSL 2.0, 0x20 is SSL 3.0: 0xAA0 keeps SSL 3.0, 0xA80 or 0xA00 is meant", "CM-NL; M365-DA; OPT")
rule("unknown-bits", "a current WinHTTP ignores the value if it is 0 or has any bit outside 0x2AA8", "WINHTTP-DEC")
rule("legacy-on",
  "TLS 1.0 and 1.1 are switched on: name them in a parameter or in needs.legacy if that is meant", "DEPR")
rule("secure-off", "services want TLS 1.2 or later: name what is switched off in needs.off if that is meant",
  "M365-ENC")
rule("tls13-early", "before 11 and Server 2022 this is an unsafe configuration by Microsoft's word", "PROT")
rule("old-cipher-name", "\"Triple DES 168/168\" is the name before Vista; from Vista on it is \"Triple DES 168\"",
  "KB245030; SCDSC")
rule("unknown-algorithm", "Schannel has no algorithm of that name, the key counts for nothing", "SCDSC")
rule("value-as-key", "DefaultSecureProtocols and its like are values, not keys", "KB3140245")
rule("misspelled", "Windows reads nothing of that name, so what was meant does not happen", "TLSREG; OPT; DOTNET-TLS")
rule("wrong-key", "the value counts in one place only", "TLSREG; OPT; DOTNET-TLS; PRIO")
rule("dotnet-number", "checkers count only exactly 1 as on", "CSSX")
rule("suites-type", "the policy's Functions is REG_SZ with commas, the local one REG_MULTI_SZ", "PRIO; CSSX")
rule("key-recreated", "deleting a key and making it again wipes what else stood there", "AADC; SCDSC")
rule("kb-by-number",
  "a missing KB number proves nothing where rollups are installed: ask hotfix.covers", "ROLLUP; QFE")
rule("unknown-kb", "the update stands in no row of windows.updates: what it brings is not known")
rule("nt-compare",
  "a version is not equal to a text or a number: use system.is(\"6.1\"), or < and >= with a text", "OSV")
rule("product-name",
  "ProductName says \"Windows 10\" on Windows 11 and is translated: decide by nt, build, server", "OSV")
rule("user-hive",
  "a run as SYSTEM writes SYSTEM's own HKCU, not that of people: use tls.wininet or a policy", "LEGUPD")
rule("old-key",
  "KB 245030 speaks of Windows 2003: Multi-Protocol Unified Hello and PCT are not read any more", "KB245030; PROT")

return rules
