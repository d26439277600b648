#!/bin/sh
# Plans and journals that older programs have written (tests/cli/recorded) are read, gone on with and undone as docs/JOURNAL.md promises.
set -eu
: "${TLSMEND:?}" "${TLSMEND_SOURCE:?}"
recorded=$TLSMEND_SOURCE/tests/cli/recorded
work=$(mktemp -d "${TMPDIR:-/tmp}/tlsmend-recorded.XXXXXX")
trap 'rm -rf "$work"' EXIT
bad=0 count=0

# The plans know their runbook by its path.
mkdir -p /tmp/tlsmend-recorded
cmp -s "$recorded/site.lua" /tmp/tlsmend-recorded/site.lua || cp "$recorded/site.lua" /tmp/tlsmend-recorded/site.lua

# fresh FOLDER: a copy of what was recorded, to work in
fresh() {
  cd "$work"
  rm -rf copy
  cp -r "$recorded/$1" copy
  cd copy
}

# try EXIT TEXT ARGUMENT...: the command ends so, and says TEXT
try() {
  wanted=$1 text=$2 code=0
  shift 2
  count=$((count + 1))
  "$TLSMEND" "$@" >said 2>&1 || code=$?
  if [ "$code" != "$wanted" ] || ! grep -q -F -e "$text" said; then
    echo "FAILED: $folder: exit $code, not $wanted with \"$text\": $*"
    sed 's/^/    /' said
    bad=$((bad + 1))
  fi
}

# as_before MACHINE: nothing of the run is left on it
as_before() {
  cmp -s "$1" fresh.reg || { echo "FAILED: $folder: $1 is not as before the run" && bad=$((bad + 1)); }
}

for folder in first last kept; do
  fresh $folder
  try 0 'done, 4 of 4 steps' status -m sim:done.reg
  try 0 'undone, 0 of 4 steps' status -m sim:undone.reg
  try 0 'open: waits for a restart, 3 of 5 steps' status -m sim:barrier.reg
  try 0 'open: waits for tlsmend confirm, 4 of 4 steps' status -m sim:awaits.reg
  try 0 'open: stopped in the middle, 0 of 4 steps' status -m sim:stopped.reg
  for run in done undone barrier awaits stopped; do
    try 0 'intact' status --verify -m sim:$run.reg
  done
  for run in done barrier awaits stopped; do
    try 0 'Rolled back.' rollback -m sim:$run.reg --yes
    as_before $run.reg
  done
  try 0 'Nothing to roll back' rollback -m sim:undone.reg --yes

  fresh $folder
  try 3 'is not finished' apply /tmp/tlsmend-recorded/site.lua -m sim:stopped.reg --yes
  if [ $folder = kept ]; then
    try 0 'Done. A second plan is empty.' resume -m sim:barrier.reg
    try 0 'Done. A second plan is empty.' resume -m sim:stopped.reg
    cmp -s stopped.reg done.reg || { echo "FAILED: $folder: stopped.reg is not what it should become" && bad=$((bad + 1)); }
  else
    try 3 'did not keep its text' resume -m sim:barrier.reg
    try 3 'did not keep its text' resume -m sim:stopped.reg
  fi
  cp -r awaits.reg late.reg
  cp -r awaits.reg.tlsmend late.reg.tlsmend
  try 0 'Done. It is kept.' confirm -m sim:awaits.reg
  try 1 'not confirmed within 1 minute' resume -m sim:late.reg
  as_before late.reg

  cp fresh.reg pc.reg
  try 0 'Written: plan.html' report site.plan -o plan.html
  try 0 'Done. A second plan is empty.' apply --plan site.plan -m sim:pc.reg --yes
  cmp -s pc.reg done.reg || { echo "FAILED: $folder: the plan leads elsewhere" && bad=$((bad + 1)); }
  try 3 'a plan is applied once' apply --plan site.plan -m sim:pc.reg --yes
done

echo "$count calls"
[ $bad -eq 0 ] || { echo "FAILED: $bad" && exit 1; }
