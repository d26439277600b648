-- Machines as people have them, each for a class of mistakes that a judgement by keys makes: what `state` and a plan
-- say of each, in words, and with which exit code. A machine is a built-in one and a few sections more.

local tlsmend = assert(os.getenv "TLSMEND", "TLSMEND names the command")
local folder = io.popen "mktemp -d ${TMPDIR:-/tmp}/tlsmend-cases.XXXXXX":read()
local failures, asked = 0, 0

-- What stands for keys in the sections below.
local SHORT = {
  SCHANNEL = "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL",
  ORDER = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Microsoft\\Cryptography\\Configuration\\SSL\\00010002",
  SETTINGS = "Microsoft\\Windows\\CurrentVersion\\Internet Settings",
  CURRENT = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion",
}

local NO_SUITE = "Schannel, as client: no cipher suite of the order is one for TLS 1.2"
local LEFT = "TLS 1.2 would not come about all the same: " .. NO_SUITE:gsub(",", "")
local POLICY = '[HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\@SETTINGS]\n"SecureProtocols"=dword:000000a0\n'
local OWNED = "SecureProtocols is 0xA0 (SSL 3.0, TLS 1.0); it is the policy \"Turn off encryption support\""

-- name, machine, sections, then for each command its exit code, what it says, and (behind "not") what it does not say.
local CASES = {
  { "a suite policy that is empty", "ws2022-x64", '[@ORDER]\n"Functions"=""\n',
    { "state", 2, "TLS 1.2 is not effective: " .. NO_SUITE },
    { "plan m365-disable-legacy-tls", 3, LEFT } },
  { "names of OpenSSL in it", "ws2022-x64",
    '[@ORDER]\n"Functions"="ECDHE-RSA-AES256-GCM-SHA384,ECDHE-RSA-AES128-GCM-SHA256"\n',
    { "state", 2, NO_SUITE, "ECDHE-RSA-AES256-GCM-SHA384 counts for nothing: it is no cipher suite of Windows" },
    { "plan m365-disable-legacy-tls", 3, LEFT } },
  { "a curve in a name that never had one", "ws2022-x64",
    '[@ORDER]\n"Functions"="TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384_P256,TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256_P256"\n',
    { "state", 5, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384_P256 is a spelling that no Windows has had", "not",
      "NONE that" },
    { "plan m365-disable-legacy-tls", 5, "is a spelling that no Windows has had" } },
  { "no exchange of keys", "ws2019-x64", [[
[@SCHANNEL\KeyExchangeAlgorithms\ECDH]
"Enabled"=dword:00000000
[@SCHANNEL\KeyExchangeAlgorithms\PKCS]
"Enabled"=dword:00000000
[@SCHANNEL\KeyExchangeAlgorithms\Diffie-Hellman]
"Enabled"=dword:00000000
]], { "state", 2, "KeyExchangeAlgorithms\\ECDH is switched off", "KeyExchangeAlgorithms\\PKCS is switched off" },
    { "plan schannel-tls12", 3, "KeyExchangeAlgorithms\\ECDH is switched off",
      "KeyExchangeAlgorithms\\Diffie-Hellman is switched off", "KeyExchangeAlgorithms\\PKCS is switched off",
      "does not own that" },
    { "plan winhttp-tls12", 3, "KeyExchangeAlgorithms\\PKCS is switched off", "does not own that" } },
  { "TLS 1.3 without a suite", "ws2022-x64", [[
[@SCHANNEL\Protocols\TLS 1.3\Server]
"Enabled"=dword:ffffffff
"DisabledByDefault"=dword:00000000
[@ORDER]
"Functions"="TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
]], { "state", 2, "TLS 1.3 is on as client and server and no cipher suite that is left belongs to it",
      "as client TLS 1.2 yes offers TLS 1.2" } },
  { "a suite policy of a type that none has", "ws2019-x64",
    '[@ORDER]\n"Functions"=hex(7):54,00,4c,00,53,00,00,00,00,00\n',
    { "state", 5, "Functions of the policy is no REG_SZ", "malformed: Functions has a wrong type" },
    { "plan m365-disable-legacy-tls", 5, "Functions of the policy is no REG_SZ" } },
  { "one curve", "ws2016-x64", '[@ORDER]\n"EccCurves"=hex(7):73,00,65,00,63,00,50,00,35,00,32,00,31,00,72,00,31,00,' ..
    "00,00,00,00\n",
    { "state", 2, "curves secp521r1", "the order of curves leaves only secp521r1: who has no other in common" } },
  { "a default that follows the revision", "ws2019-x64",
    '[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion]\n"UBR"=dword:00001700\n',
    { "state", 2, "WinHTTP programs that use WinHTTP and do not choose themselves " ..
      "64-bit TLS 1.2 yes offers TLS 1.2 32-bit",
      "without a setting, 64-bit TLS 1.2 yes offers TLS 1.2 without" } },
  { "a layer that asks by name", "win7-sp1-x64+ie-11", "",
    { "state", 2, "without a setting, 64-bit TLS 1.2 yes offers TLS 1.0, TLS 1.1, TLS 1.2" } },
  { "values at a wrong level", "ws2008r2-sp1-x64", [[
[@SCHANNEL\Protocols\TLS 1.2]
"Enabled"=dword:00000001
"DisabledByDefault"=dword:00000000
[@SCHANNEL\Protocols\TLS1.2\Client]
"Enabled"=dword:00000001
[@SCHANNEL\Protocols\TLS 1.2\Server]
"DisableByDefault"=dword:00000000
[@SCHANNEL\Ciphers\RC4 128\128]
"Enabled"=dword:00000000
]], { "state", 2, "Enabled on the key TLS 1.2 itself counts for nothing",
      "DisabledByDefault on the key TLS 1.2 itself counts for nothing", "the key TLS1.2 is no protocol",
      "the value DisableByDefault of TLS 1.2\\Server counts for nothing", "Ciphers\\RC4 128 has a key 128 below it" } },
  { "TLS 1.3 where there is none", "win10-22h2-x64",
    '[@SCHANNEL\\Protocols\\TLS 1.3\\Client]\n"Enabled"=dword:00000001\n"DisabledByDefault"=dword:00000000\n',
    { "plan schannel-tls12", 0, "TLS 1.3\\Client is switched on and Windows 10 has no TLS 1.3" } },
  { "short keys", "ws2016-x64",
    '[@SCHANNEL\\KeyExchangeAlgorithms\\Diffie-Hellman]\n"ServerMinKeyBitLength"=dword:00000200\n',
    { "plan schannel-tls12", 0, "ServerMinKeyBitLength of Diffie-Hellman is 512: keys that short are accepted" } },
  { "the policy of Internet Options, 7", "win7-sp1-x64", POLICY, { "plan m365-disable-legacy-tls", 3, OWNED },
    { "plan wininet-tls12", 3, OWNED }, { "plan injixo-tls12", 3, OWNED } },
  { "the policy of Internet Options, 10", "win10-22h2-x64", POLICY, { "plan m365-disable-legacy-tls", 3, OWNED },
    { "plan wininet-tls12", 3, OWNED }, { "plan injixo-tls12", 3, OWNED } },
  { "drivers by name and by data source", "ws2012r2-x64", [[
[HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Microsoft SQL Server\SQLNCLI11\CurrentVersion]
"Version"="11.0.2100.60"
[HKEY_LOCAL_MACHINE\SOFTWARE\ODBC\ODBC.INI\Payroll]
"Driver"="C:\\Windows\\system32\\SQLSRV32.dll"
[HKEY_LOCAL_MACHINE\SOFTWARE\ODBC\ODBC.INI\ODBC Data Sources]
"Payroll"="SQL Server"
]], { "plan m365-disable-legacy-tls", 3, "data source Payroll: the driver \"SQL Server\"" } },
  { "half of .NET 4.0", "win7-sp1-x64", [[
[HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Client]
"Install"=dword:00000001
"Version"="4.0.30319"
]], { "plan m365-disable-legacy-tls", 3, ".NET 4.0 Client Profile does not know TLS 1.1 and 1.2" } },
  { "SQL Server 2008 R2 SP3", "ws2012r2-x64+sql-10.53.6000.34", "",
    { "plan m365-disable-legacy-tls", 3, "SQL Server 2008 R2 10.53.6000.34 does not speak TLS 1.2" } },
  { "an update that waits for its restart", "win7-sp1-x64", [[
[@CURRENT\Component Based Servicing\Packages\Package_for_KB3140245~31bf3856ad364e35~amd64~~6.1.1.0]
"CurrentState"=dword:00000060
]], { "plan winhttp-tls12", 2, "KB3140245 has been installed and waits for this restart" } },
  { "files that servicing has counted", "win7-sp1-x64", [[
[@CURRENT\SideBySide\Winners\amd64_microsoft-windows-webio_31bf3856ad364e35_none_46965e6a44b124c4\6.1]
@="6.1.7601.24540"
"6.1.7601.24540"=hex:01
[@CURRENT\SideBySide\Winners\wow64_microsoft-windows-webio_31bf3856ad364e35_none_50eb08bc7911e6bf\6.1]
@="6.1.7601.24540"
"6.1.7601.24540"=hex:01
[@CURRENT\SideBySide\Winners\amd64_microsoft.windows.winhttp_31bf3856ad364e35_none_070f71fc9f68c1f8\6.1]
@="6.1.7601.24382"
"6.1.7601.24382"=hex:01
[@CURRENT\SideBySide\Winners\wow64_microsoft.windows.winhttp_31bf3856ad364e35_none_11641c4ed3c983f3\6.1]
@="6.1.7601.24382"
"6.1.7601.24382"=hex:01
]], { "plan winhttp-tls12", 2, "KB3140245 is there: decided by the files", "not", "install update" } },
  { "before Vista", nil, [[
[HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows NT\CurrentVersion]
"CurrentVersion"="5.1"
"CurrentBuildNumber"="2600"
]], { "plan winhttp-tls12", 0, "does not apply here: Windows before Vista has no TLS 1.2" } },
  { "no control set", nil, [[
[HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows NT\CurrentVersion]
"CurrentVersion"="6.3"
"CurrentMajorVersionNumber"=dword:0000000a
"CurrentMinorVersionNumber"=dword:00000000
"CurrentBuildNumber"="14393"
"InstallationType"="Server"
[HKEY_LOCAL_MACHINE\SOFTWARE\tlsmend\Facts]
"Architecture"="x64"
]], { "state", 5, "HKLM\\SYSTEM\\CurrentControlSet is not in this file" },
    { "plan schannel-tls12", 5, "HKLM\\SYSTEM\\CurrentControlSet is not in this file: export that branch as well" } },
}

local function run(line, errors)
  local pipe = assert(io.popen(("cd %s && '%s' %s 2>%s; echo \"exit $?\""):format(folder, tlsmend, line,
    errors or "&1")))
  local text = pipe:read "a"
  pipe:close()
  asked = asked + 1
  return text:match "^(.*)exit %d+\n$", tonumber(text:match "exit (%d+)\n$")
end

local function write(name, text)
  local file = assert(io.open(folder .. "/" .. name, "wb"))
  file:write((text:gsub("\r?\n", "\r\n")))
  file:close()
end

-- A machine of a case, as a file. An export knows no versions of files: those of a built-in machine go.
local wholes = {}
local function make(base, sections)
  local text = "Windows Registry Editor Version 5.00\n\n"
  if base then
    if not wholes[base] then
      assert(select(2, run("snapshot -m sim:" .. base .. " -o whole.reg")) == 0, base)
      local file = assert(io.open(folder .. "/whole.reg", "rb"))
      wholes[base] = file:read "a":gsub("%[[^%]]*\\Facts\\Files[^%[]*", "")
      file:close()
    end
    text = wholes[base]
  end
  write("pc.reg", text .. "\n" .. sections:gsub("@(%u+%d?)", SHORT))
end

local function fail(name, command, ...)
  failures = failures + 1
  print("FAILED " .. name .. ": " .. command .. " " .. table.concat({ ... }, " "))
end

local function judge(name, wanted)
  local command, code, said = wanted[1], wanted[2], true
  local text, status = run(command .. " -m sim:pc.reg")
  if status ~= code then fail(name, command, "exits", status, "and not", code) end
  text = text:gsub("%s+", " ")
  for index = 3, #wanted do
    if wanted[index] == "not" then
      said = false
    elseif (text:find(wanted[index], 1, true) ~= nil) ~= said then
      fail(name, command, said and "does not say:" or "says:", wanted[index], "\n", text)
    end
  end
  local answer, again = run(command .. " -m sim:pc.reg --format json", "/dev/null")
  if again ~= code or answer:sub(1, 1) ~= "{" then fail(name, command, "as JSON exits", again) end
end

for _, case in ipairs(CASES) do
  make(case[2], case[3])
  for index = 4, #case do judge(case[1], case[index]) end
end

os.execute("rm -rf " .. folder)
print(("%d answers, %d failures"):format(asked, failures))
os.exit(failures == 0)
