#!/bin/sh
# A run goes on by itself over two restarts, with the runbook gone since the first; the process that Windows starts is killed, and the
# next restart starts it again. One entry of RunOnce at a time, and none when the run has ended.
set -eu
. "$TLSMEND_SOURCE/tests/wine/prefix.sh"
mortal=$(dirname "${TLSMEND_WIN64:?}")/tests/wine/tlsmend_mortal.exe
[ -e "$mortal" ] || {
  echo "NOT RUN: $0: no $mortal. Build it with: cmake --preset win64 && cmake --build --preset win64" >&2
  exit 77
}
rm -rf "$TLSMEND_BINARY/tests/wine/resume"
wine_prefix resume
wine winecfg -v win7
cd "$work"
cp "$mortal" tlsmend.exe

fail() {
  echo "FAILED: $*" >&2
  for file in last.*; do
    [ -s "$file" ] && echo "--- $file" && tail -40 "$file"
  done >&2
  exit 1
}
tlsmend() { # EXPECTED ARGUMENT...
  expected=$1 code=0
  shift
  wine tlsmend.exe "$@" >last.out 2>last.err || code=$?
  [ "$code" -eq "$expected" ] || fail "tlsmend $*: exit code $code, not $expected"
}
run_once='HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\RunOnce'
entries() { wine reg.exe query "$run_once" 2>/dev/null | tr -d '\r' | grep -c tlsmend || :; }
one_entry() { [ "$(entries)" -eq 1 ] || fail "$1: $(entries) entries of RunOnce, not one"; }
value() { wine reg.exe query 'HKLM\SOFTWARE\Site' /v v 2>/dev/null | tr -d '\r' | sed -n 's/.*REG_DWORD *//p'; }
status() { # what a restart ends while it begins is asked again
  for second in $(seq 20); do
    wine tlsmend.exe status >last.out 2>last.err && return
    [ -s last.err ] && break
    sleep 1
  done
  fail "tlsmend status after a restart"
}
restart() { # WORDS: until status says so
  wine wineboot -r >/dev/null 2>&1
  for second in $(seq 60); do
    wine tlsmend.exe status >last.out 2>last.err || :
    grep -q "$1" last.out && return
    sleep 1
  done
  fail "after the restart status does not say: $1"
}
write_runbook() {
  cat >two.lua <<'LUA'
local registry, reboot = require "registry", require "reboot"
local K = "HKLM\\SOFTWARE\\Site"
return { id = "two", version = "1.0.0", title = "Two restarts", needs = { registry = { K }, reboot = true },
  run = function()
    if registry.get(K, "v") == 3 then return end
    registry.set(K, "v", 1) reboot.barrier "one"
    registry.set(K, "v", 2) reboot.barrier "two"
    registry.set(K, "v", 3)
  end }
LUA
}

write_runbook
tlsmend 194 apply ./two.lua --yes --reboot never --allow-unsigned
one_entry "stopped for the first restart"
echo "error 'another text'" >two.lua
restart 'waits for a restart, 4 of 6 steps'
[ "$(value)" = 0x2 ] || fail "after the first restart the value is $(value)"
one_entry "stopped for the second restart"
rm two.lua
restart 'done, 6 of 6'
[ "$(value)" = 0x3 ] || fail "after the second restart the value is $(value)"
[ "$(entries)" -eq 0 ] || fail "the run has ended, and an entry of RunOnce is left"
tlsmend 0 rollback --yes

# Killed: what Windows started is gone in the middle, and the next restart starts it again.
killed=0
for point in 4 12 20; do
  write_runbook
  tlsmend 194 apply ./two.lua --yes --reboot never --allow-unsigned
  rm two.lua
  TLSMEND_KILL=$point wine wineboot -r >/dev/null 2>&1
  sleep 2
  status
  grep -q open last.out || fail "killed at $point: the run is not open"
  if [ "$(entries)" -eq 1 ] && grep -q '[^0-9][23] of 6' last.out; then killed=$((killed + 1)); fi
  for again in 1 2 3 4; do
    if grep -q 'done, 6 of 6' last.out; then break; fi
    if [ "$(entries)" -eq 1 ]; then
      wine wineboot -r >/dev/null 2>&1
      sleep 2
    else # killed before anything was arranged anew: a person goes on
      wine tlsmend.exe resume >last.out 2>last.err || :
    fi
    status
  done
  grep -q 'done, 6 of 6' last.out || fail "killed at $point: the run does not come to its end ($again)"
  [ "$(entries)" -eq 0 ] || fail "killed at $point: an entry of RunOnce is left"
  tlsmend 0 rollback --yes
done
[ "$killed" -ge 1 ] || fail "no kill came after the start was arranged anew: the test proves nothing"
echo "resume: two restarts by itself; killed at 3 points, with the next start arranged after $killed of them"
