#!/bin/sh
# Every runbook on every built-in machine, with the real host: the plan is the one of matrix.txt; applied, restarted and
# resumed, a second plan is empty; rolled back, the machine is byte for byte what it was. Planning alone changes nothing.
# And the snapshot that the host writes of a machine is the text that host/lua/machines/builtin.lua made.
# TLSMEND_MATRIX=FILE writes the table as found into FILE: review every cell that moved before it becomes matrix.txt.
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
LUA_PATH="$PWD/host/lua/?.lua;$PWD/stdlib/?.lua" export LUA_PATH
table=$PWD/tests/runbooks/matrix.txt
folder=$(mktemp -d "${TMPDIR:-/tmp}/tlsmend-matrix.XXXXXX")
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
runbooks=$(cd runbooks && ls ./*.lua | sed 's,^\./,,; s,\.lua$,,' | LC_ALL=C sort)
cd "$folder"
fail() {
  echo "FAILED $runbook on $machine: $*" >&2
  cat log >&2
  echo failed >>failures
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
for name in windows6.0-kb4019276 windows6.0-kb4074621 windows6.0-kb3154517 windows6.1-kb3140245 windows6.1-kb3080079 \
  windows6.1-kb3154518 windows8-rt-kb3140245 windows8-rt-kb3154519 windows8.1-kb3154520 windows10.0-kb3156421; do
  for architecture in x64 x86; do
    echo "stands in for the real package" >packages/$name-$architecture.msu
  done
done
"$lua" -e 'for _, name in ipairs(require "machines.builtin".names()) do print(name) end' >names
# Machines that somebody has worked on, and those with what the gates look at: only matrix.txt has them.
sed -n 's/^\([^ #]*+[^ ]*\).*/\1/p' "$table" >worked_on
cat names worked_on >machines

# Those that take packages.
installers=
for runbook in $runbooks; do
  if "$TLSMEND" show "$runbook" | grep -q '^  -p package='; then installers="$installers $runbook"; fi
done

# INSTALLATIONS+RESTARTS+VALUES of the plan in `out`.
count() {
  awk 'BEGIN { RS = "," } /"kind": *"update-install"/ { i++ } /"kind": *"reboot"/ { r++ } /"kind": *"value-set"/ { v++ }
    END { print i + 0 "+" r + 0 "+" v + 0 }' out
}

# The answer of a plan: refers (it does not apply and says what to do instead), nothing (it applies and there is nothing
# to do), blocked (it stops: something would break), cannot-tell, or changes as INSTALLATIONS+RESTARTS+VALUES.
plan_cell() {
  code=0
  "$TLSMEND" plan "$runbook" -m "sim:$snapshot" $given --format json >out 2>log || code=$?
  case $code in
  0) if grep -q '"applies": *false' out; then cell=refers; else cell=nothing; fi ;;
  3) cell=blocked && { grep -q 'blocked, nothing is switched off' log || fail "refused without a word"; } ;;
  2) cell=$(count) ;;
  5) cell=cannot-tell ;;
  *) cell=failed && fail "plan exited with $code" ;;
  esac
  cmp -s before "$snapshot" || fail "planning changed the machine"
}

# Apply, restart, resume; nothing left to do; back to the first byte.
live_through() {
  restarts=${cell#*+} restarts=${restarts%%+*} code=0
  [ "$restarts" -gt 0 ] && code=194
  expect $code "$TLSMEND" apply "$runbook" -m "sim:$snapshot" $given --yes
  while [ "$restarts" -gt 0 ]; do
    restarts=$((restarts - 1)) code=0
    [ "$restarts" -gt 0 ] && code=194
    expect $code "$TLSMEND" resume -m "sim:$snapshot"
  done
  expect 0 "$TLSMEND" plan "$runbook" -m "sim:$snapshot" $given
  expect 0 "$TLSMEND" rollback -m "sim:$snapshot" --yes
  cmp before "$snapshot" >log || fail "rolled back, but not what it was"
}

# machine_row: one machine through every runbook, a line of the table into `found`.
machine_row() {
  runbook=snapshot snapshot=$machine.reg packages=../packages
  expect 0 "$TLSMEND" snapshot -m "sim:$machine" -o "$snapshot"
  MACHINE=$machine "$lua" -e 'io.write(require "machines.builtin".text(os.getenv "MACHINE"))' >made
  if [ "$(head -c 2 "$snapshot" | od -An -tx1 | tr -d ' ')" = fffe ]; then
    tail -c +3 "$snapshot" | iconv -f UTF-16LE -t UTF-8 >written
  else
    cp "$snapshot" written
  fi
  cmp made written >log || fail "the snapshot is not what machines.lua made"
  cp "$snapshot" before
  row=$machine
  for runbook in $runbooks; do
    case "$installers " in *" $runbook "*) given="-p package=$packages" ;; *) given= ;; esac
    plan_cell
    row="$row $cell"
    case $cell in *+*) live_through ;; esac
  done
  echo "$row" >>found
  rm -rf "$snapshot" "$snapshot".*
}

# Two at a time: every second machine each.
share() {
  mkdir "share$1" && cd "share$1"
  : >found
  awk -v half="$1" 'NR % 2 == half' ../machines | while read -r machine; do machine_row; done
}
(share 0) &
(share 1)
wait $!
grep '^#' "$table" | grep -v '^# machine ' >all
echo "# machine" $runbooks >>all
cat share0/found share1/found | LC_ALL=C sort >>all
failed=0
[ ! -e share0/failures ] && [ ! -e share1/failures ] || failed=1
[ -z "${TLSMEND_MATRIX:-}" ] || cp all "$TLSMEND_MATRIX"
if ! diff "$table" all >&2; then
  echo "FAILED: the plans are not those of matrix.txt (<: matrix.txt, >: found)" >&2
  failed=1
fi
[ $failed -eq 0 ] && echo "matrix: $(wc -l <machines) machines, $(echo "$runbooks" | wc -l) runbooks"
exit $failed
