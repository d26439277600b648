#!/bin/sh
# record.sh TLSMEND FOLDER: what the README says, with that program. Made once for each older program, never again for the same.
set -eu
tlsmend=$1 out=$2
here=$(cd "$(dirname "$0")" && pwd)
world=/tmp/tlsmend-recorded
rm -rf "$world" "$out"
mkdir -p "$world" "$out"
cp "$here/site.lua" "$world"
cd "$world"
"$tlsmend" snapshot -m sim:win7-sp1-x64 -o fresh.reg >/dev/null

# apply NAME ARGUMENT...: a run on a fresh machine of that name
apply() {
  name=$1 code=0
  shift
  cp fresh.reg "$name.reg"
  "$tlsmend" apply ./site.lua -m "sim:$name.reg" --yes "$@" >/dev/null 2>&1 || code=$?
  echo "$name: exit $code"
}

"$tlsmend" plan ./site.lua -m sim:fresh.reg -o site.plan >/dev/null || [ $? -eq 2 ]
apply done
apply barrier -p restart=true --reboot never
apply undone
"$tlsmend" rollback -m sim:undone.reg --yes >/dev/null 2>&1
apply awaits --confirm-within 1
# Stopped before the first step was done: the journal's first two records, and a machine that nothing has happened to.
apply stopped
for journal in stopped.reg.tlsmend/*.journal; do
  head -n 2 "$journal" >"$journal.new"
  mv "$journal.new" "$journal"
done
cp fresh.reg stopped.reg
rm -f */lock */*.watch
cp -r site.plan ./*.reg ./*.reg.tlsmend "$out"
