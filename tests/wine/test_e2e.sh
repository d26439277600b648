#!/bin/sh
# The main job for real, on a fresh Windows 7 of Wine: a handshake through the system's Schannel fails, the runbook installs a
# package with wusa, the machine restarts, the run goes on by itself, the handshake succeeds with TLS 1.2; rollback, and the
# registry is what it was, apart from what the installer did, which the report names.
set -eu
. "$TLSMEND_SOURCE/tests/wine/prefix.sh"
for tool in gcab openssl; do
  command -v "$tool" >/dev/null && continue
  echo "NOT RUN: $0: no $tool here. Install it with: sh tests/setup.sh" >&2
  exit 77
done
rm -rf "$TLSMEND_BINARY/tests/wine/e2e"
wine_prefix e2e

fail() {
  echo "FAILED: $*" >&2
  for file in "$work"/last.*; do
    [ -s "$file" ] && echo "--- $file" && tail -40 "$file"
  done >&2
  exit 1
}
step() { echo "e2e: $*"; }

wine winecfg -v win7
cp "$TLSMEND_WIN64" "$work/tlsmend.exe"

# EXPECTED ARGUMENT...: runs the command, keeps its words, checks its exit code (of which Wine hands on 8 bits).
tlsmend() {
  expected=$1
  shift
  code=0
  wine "$work/tlsmend.exe" "$@" >"$work/last.out" 2>"$work/last.err" || code=$?
  [ "$code" -eq "$expected" ] || fail "tlsmend $*: exit code $code, not $expected"
}
said() { grep -q -e "$1" "$work/last.out" "$work/last.err" || fail "nothing is said of: $1"; }

schannel='HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Client'
winhttp='HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\WinHttp'
cbs='HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing'
run_once='HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\RunOnce'
reg() { wine reg.exe "$@" 2>/dev/null | tr -d '\r'; }

# A server that speaks TLS 1.2 only, and a client that asks Schannel for nothing.

openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/key.pem" -out "$work/cert.pem" -days 2 -subj /CN=localhost 2>/dev/null
server=
port=$((20000 + $$ % 20000))
for attempt in 1 2 3 4 5; do
  openssl s_server -accept "127.0.0.1:$port" -tls1_2 -cert "$work/cert.pem" -key "$work/key.pem" -quiet >"$work/server.log" 2>&1 </dev/null &
  server=$!
  sleep 1
  kill -0 "$server" 2>/dev/null && break
  port=$((port + 1))
  server=
done
[ -n "$server" ] || fail "no server on loopback ($attempt attempts)"
trap 'kill "$server" 2>/dev/null || :; wineserver -k >/dev/null 2>&1 || :' EXIT
"$MINGW" -std=c11 -O1 -Wall -Wextra -o "$work/handshake.exe" "$TLSMEND_SOURCE/tests/wine/programs/handshake.c" -lws2_32 -lsecur32
handshake() {
  code=0
  answer=$(wine "$work/handshake.exe" "$port" | tr -d '\r') || code=$?
  [ -n "$answer" ] || answer="nothing, code $code"
}

handshake
[ "$answer" = "TLS 1.2" ] || fail "before anything was changed the handshake answers: $answer"
reg add "$schannel" /v Enabled /t REG_DWORD /d 0 /f >/dev/null
handshake
case $answer in
  "failed: handshake"*) step "TLS 1.2 off: $answer" ;;
  *) fail "with TLS 1.2 switched off the handshake answers: $answer" ;;
esac

# Planning and refusing change nothing.

sh "$TLSMEND_SOURCE/tests/wine/msu.sh" "$work"
package=$(winepath -w "$work/windows6.1-kb3140245-$arch.msu")
# All of HKLM, section by section, but for what Wine itself writes when it looks for screens, devices and network cards.
registry() {
  wine reg.exe export HKLM "$(winepath -w "$work/$1.reg")" /y >/dev/null 2>&1
  iconv -f UTF-16 -t UTF-8 "$work/$1.reg" | tr -d '\r' |
    awk '/^\[/ { drop = tolower($0) ~ /\\control\\(video|servicecurrent)|\\control\\class\\\{4d36e968|\\enum\\|\\deviceclasses\\|\\hardware\\|\\networkcards\\/ } !drop' >"$work/$1.txt"
}
same() { # what changed between two exports, in diff's words
  diff "$work/$1.txt" "$work/$2.txt" >"$work/last.diff" || fail "the registry changed between $1 and $2"
}
registry before
[ "$(wc -l <"$work/before.txt")" -gt 5000 ] || fail "the export of HKLM is too short to mean anything"
tlsmend 2 plan winhttp-tls12 -p "package=$package"
said KB3140245
tlsmend 3 apply winhttp-tls12 --yes --reboot never # no package at hand: refused before the first write
said KB3140245
if find "$WINEPREFIX/drive_c" -name '*.journal' | grep -q .; then fail "a refused run left a journal"; fi
mkdir -p "$WINEPREFIX/drive_c/open"
chmod 777 "$WINEPREFIX/drive_c/open" # a state folder that everybody can write to: SYSTEM would read it after the restart
tlsmend 3 apply winhttp-tls12 --yes --reboot never --state 'C:\open' -p "package=$package"
said 'can be written by others'
registry planned
same before planned
step "plan and a refused apply changed nothing in $(wc -l <"$work/before.txt") lines of HKLM"

# The keys that planning opens, as Wine's own trace of the registry calls has them, with the rights asked for. Wine's libraries
# write to keys of their own when they are loaded (fonts, colours), so only the keys of the runbook and of servicing count.
ours='Internet Settings|SCHANNEL|Component Based Servicing|WindowsUpdate|CurrentVersion\\\\Run'
rights() { # TRACE: "RIGHTS PATH" of each opened key that counts; "write" for calls that always write
  LC_ALL=C grep -a -E "$ours" "$1" | LC_ALL=C sed -n -E \
    -e 's/.*NtOpenKeyEx \([^,]*,L"(.*)",([0-9a-f]+),.*/\2 \1/p' -e 's/.*(NtCreateKey|NtDeleteKey|NtSetValueKey|NtDeleteValueKey) (.*)/write \2/p'
}
# KEY_QUERY_VALUE 1, KEY_ENUMERATE_SUB_KEYS 8, the two view flags 100 and 200; the walk to the 32-bit view is Wine's own.
reading='^([13]?0?[0189]|[12]0[0189]) '
WINEDEBUG=+reg,+wbemprox wine "$work/tlsmend.exe" plan winhttp-tls12 -p "package=$package" >/dev/null 2>"$work/trace.txt" || :
WINEDEBUG=+reg wine reg.exe add "$schannel" /v Enabled /t REG_DWORD /d 0 /f >/dev/null 2>"$work/trace-write.txt" || :
rights "$work/trace.txt" >"$work/opened.txt"
[ "$(wc -l <"$work/opened.txt")" -gt 20 ] || fail "the trace of planning is not understood (see trace.txt)"
rights "$work/trace-write.txt" | grep -E -q -v "$reading" || fail "the trace does not show a write when there is one (see trace-write.txt)"
grep -E -v "$reading" "$work/opened.txt" >"$work/last.rights" && fail "planning opens keys with more than the right to read"
asked=$(grep -a -c 'ExecQuery.*Win32_QuickFixEngineering' "$work/trace.txt" || :)
[ "$asked" -eq 1 ] || fail "planning asked WMI for the updates $asked times, not once"
step "planning opened $(wc -l <"$work/opened.txt") keys of the runbook and of servicing, all of them for reading only"

# Three hives: each is flushed once, behind all that was written.
cat >"$work/hives.lua" <<'END'
local registry = require "registry"
local KEYS = { [[HKLM\SOFTWARE\tlsmend-hives]], [[HKLM\SYSTEM\tlsmend-hives]], [[HKCU\Software\tlsmend-hives]] }
return { id = "hives", version = "1.0.0", title = "hives", needs = { registry = KEYS }, run = function()
  for round = 1, 3 do for _, key in ipairs(KEYS) do registry.set(key .. "\\" .. round, "Value", round) end end
end }
END
WINEDEBUG=+reg wine "$work/tlsmend.exe" apply "$(winepath -w "$work/hives.lua")" --yes --allow-unsigned >/dev/null 2>"$work/trace-hives.txt" || fail "hives.lua"
LC_ALL=C sed -n -E 's/.*(NtFlushKey|NtSetValueKey \([^,]*,L"Value"|NtCreateKey .*tlsmend-hives|NtCreateKey .*L"[123]").*/\1/p' "$work/trace-hives.txt" >"$work/hives.txt"
[ "$(grep -c SetValue "$work/hives.txt")" -eq 9 ] || fail "the trace of writing is not understood (see trace-hives.txt)"
[ "$(tail -n 3 "$work/hives.txt" | grep -c Flush)" -eq 3 ] && [ "$(grep -c Flush "$work/hives.txt")" -eq 3 ] || fail "three hives are not flushed once each, at the end"
tlsmend 0 rollback --yes
step "what was written in three hives was flushed by three calls behind it"

# Apply, restart, resume.

tlsmend 194 apply winhttp-tls12 --yes --reboot never -p "package=$package"
step "apply installed the package and stopped for a restart ($(grep -c . "$work/last.err") lines of progress)"
reg query "$cbs\\RebootPending" >/dev/null || fail "the package has not been installed by wusa"
reg query "$run_once" | grep -q 'tlsmend.exe.* resume --boot' || fail "nothing is arranged for after the restart"
handshake
[ "$answer" != "TLS 1.2" ] || fail "the values were written before the restart"
tlsmend 0 status
said open

wine wineboot -r >/dev/null 2>&1
for second in $(seq 60); do
  wine "$work/tlsmend.exe" status >"$work/last.out" 2>"$work/last.err" || :
  grep -q open "$work/last.out" || break
  sleep 2
done
said 'done, '
step "the run went on by itself behind wineboot -r (looked $second times)"
reg query "$run_once" | grep -q tlsmend && fail "the RunOnce entry is still there"

for view in 64 32; do
  reg query "$winhttp" /v DefaultSecureProtocols /reg:$view | grep -q 'REG_DWORD  *0xa00$' || fail "DefaultSecureProtocols ($view)"
done
reg query "$schannel" /v Enabled | grep -q 'REG_DWORD  *0x1$' || fail "TLS 1.2 Client Enabled"
handshake
[ "$answer" = "TLS 1.2" ] || fail "after the repair the handshake answers: $answer"
step "the handshake succeeds: $answer"
tlsmend 0 plan winhttp-tls12 -p "package=$package"

# Back.

tlsmend 0 rollback --yes
said 'KB3140245 stays installed'
handshake
[ "$answer" != "TLS 1.2" ] || fail "after the rollback the handshake still succeeds"
registry after
diff "$work/before.txt" "$work/after.txt" | sed -n 's/^[<>] //p' | grep -v '^$' >"$work/left.txt" || :
# What the installer did: its package below Component Based Servicing, and the state and client that it keeps there.
allowed='^\[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing|^"CurrentState"=dword:00000070$|^"InstallClient"="tlsmend test"$'
grep -E -i -v "$allowed" "$work/left.txt" >"$work/last.left" && fail "the registry is not what it was"
grep -q KB3140245 "$work/left.txt" || fail "the package of the installer is gone, or the comparison sees nothing"
step "rolled back: of HKLM only what the installer did is left ($(wc -l <"$work/left.txt") lines)"
find "$WINEPREFIX/drive_c/ProgramData/tlsmend" -name '*.journal' | grep -q . || fail "the journal is gone"
[ ! -e "$WINEPREFIX/drive_c/ProgramData/tlsmend/packages" ] || fail "the copy of the package is still there"
