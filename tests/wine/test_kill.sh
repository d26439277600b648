#!/bin/sh
# Killed in the middle of an apply to a live machine, at every point that the journal can be seen to have reached: the next
# `resume` ends in "after", the next `rollback` in "before", and the registry is exactly one of the two.
set -eu
. "$TLSMEND_SOURCE/tests/wine/prefix.sh"
command=${TLSMEND_WIN64:-$TLSMEND_SOURCE/build/win64/tlsmend.exe}
[ -e "$command" ] || {
  echo "NOT RUN: $0: no $command. Build it with: cmake --preset win64 && cmake --build --preset win64" >&2
  exit 77
}
rm -rf "$TLSMEND_BINARY/tests/wine/kill"
wine_prefix kill
wine winecfg -v win7
cp "$command" "$work/tlsmend.exe"

fail() {
  echo "FAILED: $*" >&2
  for file in "$work"/last.*; do
    [ -s "$file" ] && echo "--- $file" && tail -40 "$file"
  done >&2
  exit 1
}
tlsmend() { # EXPECTED ARGUMENT...
  expected=$1
  shift
  code=0
  wine "$work/tlsmend.exe" "$@" >"$work/last.out" 2>"$work/last.err" || code=$?
  [ "$code" -eq "$expected" ] || fail "tlsmend $*: exit code $code, not $expected"
}

# The update counts as installed, so that what is left is a dozen changes of the registry without a restart.
cbs='HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing'
wine reg.exe add "$cbs\\Packages\\Package_for_KB3140245~31bf3856ad364e35~amd64~~6.1.1.1" /v CurrentState /t REG_DWORD /d 0x70 /f >/dev/null
wine reg.exe add 'HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Client' /v Enabled /t REG_DWORD /d 0 /f >/dev/null
registry() {
  for key in 'SOFTWARE\Microsoft\Windows\CurrentVersion' 'SOFTWARE\Wow6432Node\Microsoft\Windows\CurrentVersion' \
    'SYSTEM\CurrentControlSet\Control\SecurityProviders'; do
    wine reg.exe export "HKLM\\$key" "$(winepath -w "$work/part.reg")" /y >/dev/null 2>&1
    iconv -f UTF-16 -t UTF-8 "$work/part.reg" | tr -d '\r'
  done >"$work/$1.txt"
}
same() { cmp -s "$work/$1.txt" "$work/$2.txt"; }

registry before
tlsmend 2 plan winhttp-tls12
tlsmend 0 apply winhttp-tls12 --yes
registry planned
same before planned && fail "the apply changed nothing that this test looks at"
tlsmend 0 rollback --yes
registry back
same before back || fail "a rollback without any kill does not restore the registry"

journals="$WINEPREFIX/drive_c/ProgramData/tlsmend"
lines() { cat "$journals"/*.journal 2>/dev/null | wc -l; }

# How many journal lines a whole run has says at which of them to kill: first, last, and some between.
whole=$(wc -l <"$(ls -t "$journals"/*.journal | tail -1)")
killed=0 unfinished=0
for point in 1 2 3 5 8 11 14 17 20 23 26; do
  [ "$point" -lt "$whole" ] || break
  from=$(lines)
  wine "$work/tlsmend.exe" apply winhttp-tls12 --yes >"$work/last.out" 2>"$work/last.err" &
  process=$!
  while kill -0 $process 2>/dev/null && [ "$(lines)" -lt $((from + point)) ]; do :; done
  kill -9 $process 2>/dev/null || :
  wait $process 2>/dev/null || :
  killed=$((killed + 1))
  registry halfway
  same halfway planned || same halfway before || unfinished=$((unfinished + 1))
  if [ $((point % 2)) -eq 0 ]; then
    tlsmend 0 resume
    registry resumed
    same resumed planned || same resumed before || fail "killed at journal line $point, resume left something between"
    same resumed planned || { tlsmend 0 status; grep -q open "$work/last.out" && fail "an open run is left"; }
    same resumed before || tlsmend 0 rollback --yes
  else
    wine "$work/tlsmend.exe" rollback --yes >"$work/last.out" 2>"$work/last.err" || :
  fi
  registry back
  if ! same back before; then
    diff "$work/before.txt" "$work/back.txt" >"$work/last.diff" || :
    fail "killed at journal line $point of $whole: not what it was after the rollback"
  fi
done
[ "$killed" -ge 6 ] || fail "killed only $killed times"
[ "$unfinished" -ge 2 ] || fail "no kill came in the middle: the test proves nothing"
echo "kill: killed $killed times, $unfinished of them between two changes; always before or after, never between"
