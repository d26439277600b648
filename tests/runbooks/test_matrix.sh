#!/bin/sh
# winhttp-tls12 on every built-in machine, with the real host: the plan is the one of matrix.txt; applied, restarted and
# resumed, a second plan is empty; rolled back, the machine is byte for byte what it was. And the snapshot that the host
# writes of a machine is the text that stdlib/windows/machines.lua made.
set -eu
cd "$TLSMEND_SOURCE"
lua=${TLSMEND_LUA:-lua5.4}
case $("$lua" -v 2>/dev/null || true) in
*5.4*) ;;
*)
  echo "SKIPPED tests/runbooks/test_matrix.sh: no Lua 5.4 interpreter; install lua5.4" >&2
  exit 77
  ;;
esac
LUA_PATH="$PWD/stdlib/?.lua" export LUA_PATH
table=$PWD/tests/runbooks/matrix.txt
folder=$(mktemp -d "${TMPDIR:-/tmp}/tlsmend-matrix.XXXXXX")
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
cd "$folder"
failed=0
fail() {
  echo "FAILED $machine: $*" >&2
  cat log >&2
  failed=1
}
# expect CODE COMMAND...
expect() {
  expected=$1
  shift
  code=0
  "$@" >out 2>log || code=$?
  [ "$code" -eq "$expected" ] || fail "$* exited with $code, not $expected"
}
mkdir packages
for name in windows6.1-kb3140245-x64 windows6.1-kb3140245-x86 windows8-rt-kb3140245-x64 windows8-rt-kb3140245-x86; do
  echo "stands in for the real package" >packages/$name.msu
done
"$lua" -e 'for _, name in ipairs(require "windows.machines".names()) do print(name) end' >names
grep -v '^#' "$table" | cut -d' ' -f1 | grep -v '+' | sort >listed
sort names | diff - listed >log || { machine=matrix.txt && fail "does not list every built-in machine, or lists others"; }

count() { tr ',' '\n' <out | grep -c "\"kind\": *\"$1\"" || true; }

while read -r machine answer install restart sets; do
  case $machine in '#'* | '') continue ;; esac
  snapshot=$machine.reg
  expect 0 "$TLSMEND" snapshot -m "sim:$machine" -o "$snapshot"
  MACHINE=$machine "$lua" -e 'io.write(require "windows.machines".text(os.getenv "MACHINE"))' >made
  if [ "$(head -c 2 "$snapshot" | od -An -tx1 | tr -d ' ')" = fffe ]; then
    tail -c +3 "$snapshot" | iconv -f UTF-16LE -t UTF-8 >written
  else
    cp "$snapshot" written
  fi
  cmp made written >log || fail "the snapshot is not what machines.lua made"
  cp "$snapshot" before
  plan=0
  [ "$answer" = changes ] && plan=2
  expect $plan "$TLSMEND" plan winhttp-tls12 -m "sim:$snapshot" -p package=packages --format json
  found="$(count update-install) $(count reboot) $(count value-set)"
  [ "$found" = "$install $restart $sets" ] || fail "plans $found, not $install $restart $sets"
  applies=true
  [ "$answer" = refers ] && applies=false
  grep -q "\"applies\": *$applies" out || fail "applies is not $applies"
  cmp before "$snapshot" >log || fail "planning changed the machine"
  apply=0
  [ "$restart" -gt 0 ] && apply=194
  expect $apply "$TLSMEND" apply winhttp-tls12 -m "sim:$snapshot" -p package=packages --yes
  [ "$restart" -gt 0 ] && expect 0 "$TLSMEND" resume -m "sim:$snapshot"
  expect 0 "$TLSMEND" plan winhttp-tls12 -m "sim:$snapshot" -p package=packages
  [ "$answer" = changes ] || continue
  expect 0 "$TLSMEND" rollback -m "sim:$snapshot" --yes
  cmp before "$snapshot" >log || fail "rolled back, but not what it was"
done <"$table"
[ $failed -eq 0 ] && echo "matrix: $(wc -l <listed) machines"
exit $failed
