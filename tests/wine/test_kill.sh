#!/bin/sh
# Terminated in the middle of what it does to a live machine: before calls that change something, and in the middle of writes, in
# `apply`, `resume` and `rollback`. The next `resume` ends in "after", the next `rollback` in "before", and the registry is exactly
# one of the two. TLSMEND_KILL_EVERY=1 tries each point (three minutes); the suite tries every fifth.
set -eu
. "$TLSMEND_SOURCE/tests/wine/prefix.sh"
mortal=$(dirname "$TLSMEND_WIN64")/tests/wine/tlsmend_mortal.exe
every=${TLSMEND_KILL_EVERY:-5}
rm -rf "$TLSMEND_BINARY/tests/wine/kill"
wine_prefix kill
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
run() { # POINT|none ARGUMENT...: its exit code is in $code
  kill=$1
  shift
  code=0
  if [ "$kill" = none ]; then
    wine tlsmend.exe "$@" >last.out 2>last.err || code=$?
  else
    TLSMEND_KILL=$kill wine tlsmend.exe "$@" >last.out 2>last.err || code=$?
  fi
}
tlsmend() { # EXPECTED ARGUMENT...
  expected=$1
  shift
  run none "$@"
  [ "$code" -eq "$expected" ] || fail "tlsmend $*: exit code $code, not $expected"
}
struck() { # POINT ARGUMENT...
  run "$@"
  [ "$code" -eq 137 ] || fail "tlsmend $*: not terminated at this point but left with $code"
}

# The update counts as installed, so that what is left is a dozen changes of the registry without a restart.
cbs='HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing'
wine reg.exe add "$cbs\\Packages\\Package_for_KB3140245~31bf3856ad364e35~$processor~~6.1.1.1" /v CurrentState /t REG_DWORD /d 0x70 /f >/dev/null
wine reg.exe add 'HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Client' /v Enabled /t REG_DWORD /d 0 /f >/dev/null
"$MINGW" -municode -o registry_dump.exe "$TLSMEND_SOURCE/tests/wine/programs/registry_dump.c"
registry() {
  wine registry_dump.exe 'SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings' \
    'SOFTWARE\Wow6432Node\Microsoft\Windows\CurrentVersion' 'SOFTWARE\Microsoft\Windows\CurrentVersion\RunOnce' \
    'SYSTEM\CurrentControlSet\Control\SecurityProviders' >"$1.txt"
}
same() { cmp -s "$1.txt" "$2.txt"; }
is_before() { # WHAT
  registry back
  same back before && return
  diff before.txt back.txt >last.diff || :
  fail "$1: not what it was before"
}
is_planned() { # WHAT
  registry now
  same now planned && return
  diff planned.txt now.txt >last.diff || :
  fail "$1: not what was planned"
}

# The points of the run before: "1 2 3+ 4 ...", every $every of them. Each time it starts one further on, so that kinds of calls mix.
started=0
points() {
  started=$((started + 5))
  sed -n 's/^points: \([0-9]*\) writes:/\1/p' last.err | tr -d '\r' | awk -v every="$every" -v start=$started '{
    for (i = 1; i <= $1; i++) all[++n] = i
    for (i = 2; i <= NF; i++) all[++n] = $i
    for (i = start % every + 1; i <= n; i += every) printf "%s ", all[i] }'
}

registry before
tlsmend 2 plan winhttp-tls12
tlsmend 0 apply winhttp-tls12 --yes # makes the folder of journals, which the runs that count find
tlsmend 0 rollback --yes
tlsmend 0 apply winhttp-tls12 --yes
in_apply=$(points)
registry planned
same before planned && fail "the apply changed nothing that this test looks at"
tlsmend 0 rollback --yes
in_rollback=$(points)
is_before "a rollback without any kill"
[ -n "$in_apply" ] && [ -n "$in_rollback" ] || fail "no points were counted"

killed=0 unfinished=0
for point in $in_apply; do
  struck $point apply winhttp-tls12 --yes
  killed=$((killed + 1))
  registry halfway
  same halfway planned || same halfway before || unfinished=$((unfinished + 1))
  run none resume # nothing is open if it died before the run began
  [ "$code" -eq 0 ] || fail "apply terminated at $point: resume: $code"
  registry now
  if same now before; then
    tlsmend 0 status
    ! grep -q open last.out || fail "apply terminated at $point: resume went on to nothing and left the run open"
    continue
  fi
  is_planned "apply terminated at $point, then resume"
  tlsmend 0 rollback --yes
  is_before "apply terminated at $point, resume, rollback"
  struck $point apply winhttp-tls12 --yes
  tlsmend 0 rollback --yes
  is_before "apply terminated at $point, then rollback"
done

for point in $in_rollback; do
  tlsmend 0 apply winhttp-tls12 --yes
  struck $point rollback --yes
  killed=$((killed + 1))
  run none rollback --yes # nothing is left to undo if it died behind the last record
  is_before "rollback terminated at $point, then rollback"
done

middle=$(echo "$in_apply" | awk '{ print $(int(NF / 2) + 1) }')
struck ${middle%+} apply winhttp-tls12 --yes
tlsmend 0 resume
in_resume=$(points)
tlsmend 0 rollback --yes
for point in $in_resume; do
  struck ${middle%+} apply winhttp-tls12 --yes
  struck $point resume
  killed=$((killed + 1))
  tlsmend 0 resume
  is_planned "resume terminated at $point, then resume"
  tlsmend 0 rollback --yes
  is_before "resume terminated at $point, resume, rollback"
done
[ "$unfinished" -ge 2 ] || fail "no kill came in the middle: the test proves nothing"
echo "kill: terminated at $killed points, in apply ($(echo $in_apply | wc -w)), rollback ($(echo $in_rollback | wc -w)), resume ($(echo $in_resume | wc -w));" \
  "after $unfinished of them the machine stood between two changes; lost: 0"
