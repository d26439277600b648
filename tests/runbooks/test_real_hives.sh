#!/bin/sh
# Runbooks on real registries: a Windows 7 SP1 of 2012 with 1,250 packages, and a Windows 10 whose Protocols key is empty.
# Takes the hives of the folder TLSMEND_SHARED (default: ../shared beside the tree), which are not part of it.
set -eu
archive=${TLSMEND_SHARED:-$TLSMEND_SOURCE/../shared}/hives/hives.tar.xz
if [ ! -r "$archive" ]; then
  echo "SKIPPED tests/runbooks/test_real_hives.sh: no $archive; set TLSMEND_SHARED" >&2
  exit 77
fi
if ! command -v hivexregedit >/dev/null; then
  echo "SKIPPED tests/runbooks/test_real_hives.sh: no hivexregedit; apt-get install libwin-hivex-perl" >&2
  exit 77
fi
folder=$(mktemp -d "${TMPDIR:-/tmp}/tlsmend-hives.XXXXXX")
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
cd "$folder"
tar xf "$archive" --wildcards '*SOFTWARE-win7sp1-x64' '*SYSTEM-win7sp1-x86' '*SYSTEM-win10-1809plus-x64' '*NTUSER-win7-nfury.DAT'
find . -type f -exec mv {} . \; 2>/dev/null || true

# branch HIVE KEY PREFIX: a branch of a hive without its header line
branch() { hivexregedit --export --prefix "$3" "$1" "$2" | tail -n +2; }
software='HKEY_LOCAL_MACHINE\SOFTWARE'
system='HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet'
person='HKEY_USERS\S-1-5-21-2036804247-3058324640-2116585241-1105' # one of those in its ProfileList
control() { branch "$1" '\ControlSet001\Control' "$system" | sed 's,\\CurrentControlSet\\ControlSet001,\\CurrentControlSet,'; }
{
  echo 'Windows Registry Editor Version 5.00'
  echo
  # the rest of these two is taken to be empty: no SQL Server, no data sources
  echo '[HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft]'
  echo '[HKEY_LOCAL_MACHINE\SOFTWARE\ODBC]'
  for key in Policies 'Microsoft\Windows\CurrentVersion\Component Based Servicing' \
    'Microsoft\Windows\CurrentVersion\Internet Settings' 'Microsoft\Windows\CurrentVersion\WindowsUpdate' \
    'Microsoft\NET Framework Setup' 'Microsoft\.NETFramework' 'Microsoft\Internet Explorer' \
    'Microsoft\SystemCertificates' 'Microsoft\Windows NT\CurrentVersion\ProfileList'; do
    branch SOFTWARE-win7sp1-x64 "\\$key" "$software"
  done
  branch SOFTWARE-win7sp1-x64 '\Microsoft\Windows NT\CurrentVersion' "$software" |
    awk '/^\[.*NT.CurrentVersion.+\\/ { exit } { print }'
  control SYSTEM-win7sp1-x86
  branch NTUSER-win7-nfury.DAT '\Software\Microsoft\Windows\CurrentVersion\Internet Settings' "$person"
} >seven.reg
{
  echo 'Windows Registry Editor Version 5.00'
  echo
  echo '[HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows NT\CurrentVersion]'
  echo '"CurrentMajorVersionNumber"=dword:0000000a'
  echo '"CurrentMinorVersionNumber"=dword:00000000'
  echo '"CurrentBuildNumber"="17763"'
  echo '[HKEY_LOCAL_MACHINE\SOFTWARE\Policies]'
  control SYSTEM-win10-1809plus-x64
} >ten.reg

failed=0
expect() { # CODE TEXT COMMAND...: exit code, and a text that the output holds
  expected=$1 text=$2
  shift 2
  code=0
  "$@" >out 2>&1 || code=$?
  if [ "$code" -ne "$expected" ] || ! grep -qF -- "$text" out; then
    echo "FAILED: $* exited with $code, expected $expected and '$text'" >&2
    head -c 4000 out >&2
    failed=1
  fi
}
cat >look.lua <<'END'
local hotfix = require "hotfix"
return { id = "look", version = "1.0.0", title = "One KB with packages in several states", needs = {}, run = function()
  assert(hotfix.examine "KB2585542" == true and hotfix.examine "KB258554" == false)
  assert(hotfix.examine "KB3140245" == false and #hotfix.packages "KB2585542" > 4)
end }
END
mkdir packages
for kb in kb3140245 kb3080079 kb3154518; do
  echo "stands in for the real package" >packages/windows6.1-$kb-x86.msu
done
expect 0 "nothing to do" "$TLSMEND" plan ./look.lua -m sim:seven.reg
expect 2 "1 restart needed" "$TLSMEND" plan winhttp-tls12 -m sim:seven.reg -p package=packages
expect 0 "" "$TLSMEND" snapshot -m sim:seven.reg -o before.reg
cp before.reg seven.reg
expect 194 "restart" "$TLSMEND" apply winhttp-tls12 -m sim:seven.reg -p package=packages --yes
expect 0 "A second plan is empty" "$TLSMEND" resume -m sim:seven.reg
expect 0 "Rolled back" "$TLSMEND" rollback -m sim:seven.reg --yes
expect 0 "" "$TLSMEND" snapshot -m sim:seven.reg -o after.reg
cmp before.reg after.reg || failed=1
# Internet Explorer 9, somebody with 0xA0, seven profiles more, Remote Desktop on, an old order of cipher suites, and the Client
# Profile of .NET 4.0.
disable=m365-disable-legacy-tls
expect 2 "people who are not signed in: 7" "$TLSMEND" plan $disable -m sim:seven.reg -p accept=dotnet -p package=packages
expect 2 "shares only ECDHE_RSA suites with CBC" "$TLSMEND" plan $disable -m sim:seven.reg -p accept=dotnet -p package=packages
expect 2 "KB3080079" "$TLSMEND" plan $disable -m sim:seven.reg -p accept=dotnet -p package=packages
expect 194 "restart" "$TLSMEND" apply $disable -m sim:seven.reg -p accept=dotnet -p package=packages --yes
expect 0 "A second plan is empty" "$TLSMEND" resume -m sim:seven.reg
expect 0 "Rolled back" "$TLSMEND" rollback -m sim:seven.reg --yes
expect 0 "" "$TLSMEND" snapshot -m sim:seven.reg -o after.reg
cmp before.reg after.reg || failed=1
expect 5 "Internet Settings is not in" "$TLSMEND" plan winhttp-tls12 -m sim:ten.reg
expect 0 "nothing to do" "$TLSMEND" plan schannel-tls12 -m sim:ten.reg
exit $failed
