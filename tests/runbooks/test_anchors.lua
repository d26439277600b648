-- Absent in a file is not absent on the machine. Of a whole snapshot one branch is cut out: what a built-in runbook
-- plans then, and what `state` says, is "cannot tell" (or refused, or not compliant for another reason), or it is the
-- same as with the branch whole, both as Windows brings it and with other values in it. And where a change would lie in
-- the missing branch, applying is refused, whatever is accepted, and the file stays as it was.

local tlsmend = assert(os.getenv "TLSMEND", "TLSMEND names the command")
local folder = io.popen "mktemp -d ${TMPDIR:-/tmp}/tlsmend-anchors.XXXXXX":read()
local failures, asked = 0, 0

local RUNBOOKS = { "azure-backup-tls12", "configmgr-client-tls12", "dotnet-strong-crypto", "injixo-tls12",
  "m365-disable-legacy-tls", "m365-prepare-tls12", "schannel-tls12", "winhttp-tls12", "wininet-tls12" }
local MACHINES = { "win7-sp1-x64", "ws2012r2-x64", "win10-1809-x86", "ws2022-x64" }

local CONTROL = "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control"
local MICROSOFT = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft"
local WIDE = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Wow6432Node\\Microsoft"
local SETTINGS = "\\Windows\\CurrentVersion\\Internet Settings"
local TLS12 = [[
[%s\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Client]
"Enabled"=dword:00000000
[%s\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Server]
"Enabled"=dword:00000000
]]
local WEAK = [[
[%s]
"SecureProtocols"=dword:000000a0
[%s\WinHttp]
"DefaultSecureProtocols"=dword:000000a0
]]
local NO_STRONG = [[
[%s\v2.0.50727]
"SchUseStrongCrypto"=dword:00000000
"SystemDefaultTlsVersions"=dword:00000000
[%s\v4.0.30319]
"SchUseStrongCrypto"=dword:00000000
"SystemDefaultTlsVersions"=dword:00000000
]]
local OLD_NET = '[%s\\v4\\Full]\n"Install"=dword:00000001\n"Release"=dword:0005c615\n'
local USER = "HKEY_USERS\\S-1-5-21-1-2-3-1001\\Software\\Microsoft" .. SETTINGS

-- The branch that is cut, and what else may stand in it.
local BRANCHES = {
  { "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet", TLS12:format(CONTROL, CONTROL) },
  { CONTROL, TLS12:format(CONTROL, CONTROL) },
  { CONTROL .. "\\SecurityProviders\\SCHANNEL", TLS12:format(CONTROL, CONTROL) },
  { MICROSOFT .. SETTINGS, WEAK:format(MICROSOFT .. SETTINGS, MICROSOFT .. SETTINGS) },
  { WIDE .. SETTINGS, WEAK:format(WIDE .. SETTINGS, WIDE .. SETTINGS) },
  { MICROSOFT .. "\\.NETFramework", NO_STRONG:format(MICROSOFT .. "\\.NETFramework", MICROSOFT .. "\\.NETFramework") },
  { WIDE .. "\\.NETFramework", NO_STRONG:format(WIDE .. "\\.NETFramework", WIDE .. "\\.NETFramework") },
  { MICROSOFT .. "\\NET Framework Setup\\NDP", OLD_NET:format(MICROSOFT .. "\\NET Framework Setup\\NDP") },
  { MICROSOFT .. "\\Windows\\CurrentVersion\\Component Based Servicing", ([[
[%s\Windows\CurrentVersion\Component Based Servicing\Packages\Package_for_RollupFix~31bf3856ad364e35~amd64~~9600.1.1]
"CurrentState"=dword:00000070
[%s\Windows\CurrentVersion\Component Based Servicing\RebootPending]
]]):format(MICROSOFT, MICROSOFT) },
  { MICROSOFT .. "\\SystemCertificates", ([[
[%s\SystemCertificates\ROOT\Certificates\DF3C24F9BFD666761B268073FE06D1CC8D4F82A4]
]]):format(MICROSOFT) },
  { "HKEY_USERS", ('[%s]\n"SecureProtocols"=dword:000000a0\n'):format(USER) },
}

local function run(line)
  local pipe = assert(io.popen(line .. " 2>&1; echo \"exit $?\""))
  local text = pipe:read "a"
  pipe:close()
  asked = asked + 1
  return text:match "^(.*)exit %d+\n$", tonumber(text:match "exit (%d+)\n$")
end

local function write(name, text)
  local file = assert(io.open(folder .. "/" .. name, "wb"))
  file:write(text)
  file:close()
end

local function read(name)
  local file = assert(io.open(folder .. "/" .. name, "rb"))
  local text = file:read "a"
  file:close()
  return text
end

local function command(...)
  return ("cd %s && '%s' %s"):format(folder, tlsmend, table.concat({ ... }, " "))
end

-- A snapshot without a branch.
local function cut(text, branch)
  local out, keep = {}, true
  for line in text:gmatch "[^\r\n]*\r\n" do
    local key = line:match "^%[(.*)%]"
    if key then keep = not (key == branch or key:sub(1, #branch + 1) == branch .. "\\") end
    if keep then out[#out + 1] = line end
  end
  return table.concat(out)
end

local function fail(...)
  failures = failures + 1
  print("FAILED " .. table.concat({ ... }, " "))
end

-- What it comes to: the exit code, and the steps of the plan.
local function plan(runbook, file)
  local text, code = run(command("plan", runbook, "-m", "sim:" .. file))
  return code, (text:match "\nSteps\n(.-)\n\n%u" or text:match "\nBefore the restart\n(.-)\n\n%u" or ""), text
end

local function compare(machine, branch, runbook)
  local code, steps, text = plan(runbook, "cut.reg")
  if code == 3 then return end
  if code == 5 then
    local short = branch:gsub("^HKEY_LOCAL_MACHINE", "HKLM"):gsub("^HKEY_USERS", "HKU")
    if not text:gsub("%s+", " "):find(short, 1, true) then fail(machine, runbook, "does not name", short) end
    return
  end
  for _, other in ipairs { "whole.reg", "other.reg" } do
    local its_code, its_steps = plan(runbook, other)
    if its_code ~= code or its_steps ~= steps then
      fail(machine, runbook, "without", branch, "answers", code, "and of", other, its_code)
    end
  end
end

local function state(machine, branch)
  local _, code = run(command("state", "-m", "sim:cut.reg"))
  if code == 5 or code == 2 then return end
  for _, other in ipairs { "whole.reg", "other.reg" } do
    local _, its = run(command("state", "-m", "sim:" .. other))
    if its ~= code then fail(machine, "state without", branch, "answers", code, "and of", other, its) end
  end
end

-- Nothing is written to a branch that is not there.
local function apply(machine, branch, runbook)
  local before = read "cut.reg"
  local text, code = run(command("apply", runbook, "-m", "sim:cut.reg --yes --accept-unknown"))
  if code ~= 3 or not text:find("is not in this file", 1, true) then
    fail(machine, "apply", runbook, "without", branch, "answers", code)
  end
  if read "cut.reg" ~= before then fail(machine, "apply", runbook, "without", branch, "has written") end
end

for _, machine in ipairs(MACHINES) do
  assert(select(2, run(command("snapshot", "-m", "sim:" .. machine, "-o", "whole.reg"))) == 0, machine)
  local whole = read "whole.reg"
  for _, row in ipairs(BRANCHES) do
    local branch, more = row[1], row[2]:gsub("\n", "\r\n")
    local without = cut(whole, branch)
    if without ~= whole then
      write("cut.reg", without)
      write("other.reg", whole .. more)
      for _, runbook in ipairs(RUNBOOKS) do compare(machine, branch, runbook) end
      state(machine, branch)
      if branch:find("SCHANNEL", 1, true) and machine == "win7-sp1-x64" then
        apply(machine, branch, "schannel-tls12")
      end
      if branch:find(".NETFramework", 1, true) and machine == "ws2012r2-x64" then
        apply(machine, branch, "dotnet-strong-crypto")
      end
    end
  end
end

os.execute("rm -rf " .. folder)
print(("%d answers, %d failures"):format(asked, failures))
os.exit(failures == 0)
