#!/bin/sh
# The folders of state: what others can have prepared in them is refused and not touched, what is open, done and approved is known for the
# machine and not for --state, and a journal that cannot be read is in nobody's way unless it may be the open one.
set -u
: "${TLSMEND:?}" "${TLSMEND_SOURCE:?}"
work=$(mktemp -d "${TMPDIR:-/tmp}/tlsmend-folder.XXXXXX")
trap 'chmod -R u+rwx "$work"; rm -rf "$work"' EXIT
cd "$work" || exit 1
umask 022
attempts=0
failures=0
barrier=194
if [ "$(id -u)" -eq 0 ]; then stranger=12345; else stranger=; echo "SKIPPED: $0: not root, so nothing belongs to somebody else" >&2; fi

fail() {
  failures=$((failures + 1))
  echo "FAILED: $what: $*" >&2
  sed 's/^/    /' out >&2
}
# Begins an attempt: a fresh machine, and a file that nothing may touch.
try() {
  what=$1
  attempts=$((attempts + 1))
  rm -rf box
  mkdir box
  cp base.reg box/pc.reg
  echo precious >box/precious
  chmod 600 box/precious
}
# EXIT WORDS ARGUMENT...: runs the command, whose output must hold the words.
expect() {
  wanted=$1 words=$2
  shift 2
  code=0
  (cd box && exec "$TLSMEND" "$@") >out 2>&1 </dev/null || code=$?
  [ "$code" -eq "$wanted" ] || fail "$*: exit $code, not $wanted"
  grep -q -e "$words" out || fail "$*: nothing of '$words'"
}
whole() {
  [ "$(cat box/precious)" = precious ] || fail "what is precious was written"
  [ "$(stat -c %a box/precious)" = 600 ] || fail "what is precious has another mode"
}
unwritten() { cmp -s base.reg box/pc.reg || fail "the machine was written"; }
site() { expect 0 "" apply ../site.lua -m sim:pc.reg --yes "$@"; }
waiting() { expect $barrier "" apply winhttp-tls12 -m sim:pc.reg -p package=.. --yes --reboot never "$@"; }
journal() { ls box/"${1:-pc.reg.tlsmend}"/*.journal | tail -n 1; }
damage() { sed -i 's/"record"/"rekord"/' "$1"; }

"$TLSMEND" snapshot -m sim:win7-sp1-x64 -o base.reg >/dev/null || exit 1
echo stand-in >windows6.1-kb3140245-x64.msu
for name in site next; do
  cat >$name.lua <<END
local registry = require "registry"
return {
  id = "$name", version = "1.0.0", title = "Site", references = {}, params = {},
  needs = { registry = { "HKLM\\\\SOFTWARE\\\\Site" } },
  run = function() registry.set("HKLM\\\\SOFTWARE\\\\Site", "$name", 1) end,
}
END
done

# The folder itself.
for kind in link open foreign group; do
  for folder in pc.reg.tlsmend runs; do
    [ $kind = foreign ] && [ -z "$stranger" ] && continue
    try "$folder, $kind"
    case $kind in
      link) mkdir box/real && ln -s real box/$folder ;;
      open) mkdir box/$folder && chmod 777 box/$folder ;;
      group) mkdir box/$folder && chmod 775 box/$folder && { [ -z "$stranger" ] || chgrp $stranger box/$folder; } ;;
      foreign) mkdir box/$folder && chown $stranger box/$folder ;;
    esac
    # A private group may write: who is alone in it is nobody else.
    if [ $kind = group ] && [ -z "$stranger" ]; then continue; fi
    expect 3 "$folder" apply ../site.lua -m sim:pc.reg --yes --state $folder
    unwritten
    [ $kind = link ] || continue
    expect 3 "$folder" apply ../site.lua -m sim:pc.reg --yes --state $folder/
    [ -z "$(ls box/real)" ] || fail "something was made behind the link"
  done
done
try "a private group"
mkdir box/pc.reg.tlsmend && chmod 775 box/pc.reg.tlsmend
if [ "$(id -gn)" = "$(id -un)" ]; then site; fi

# Files in it that somebody has put there.
for kind in symbolic hard pipe folder foreign open; do
  [ $kind = foreign ] && [ -z "$stranger" ] && continue
  try "lock, $kind"
  mkdir -m 700 box/pc.reg.tlsmend
  lock=box/pc.reg.tlsmend/lock
  case $kind in
    symbolic) ln -s ../precious $lock ;;
    hard) ln box/precious $lock ;;
    pipe) mkfifo $lock ;;
    folder) mkdir $lock ;;
    foreign) echo >$lock && chown $stranger $lock ;;
    open) echo >$lock && chmod 666 $lock ;;
  esac
  code=3; [ $kind = folder ] && code=1
  expect $code lock apply ../site.lua -m sim:pc.reg --yes
  unwritten
  whole
done
try "lock, a link to nowhere"
mkdir -m 700 box/pc.reg.tlsmend
ln -s ../made box/pc.reg.tlsmend/lock
expect 3 lock apply ../site.lua -m sim:pc.reg --yes
[ ! -e box/made ] || fail "the link was followed"
unwritten

for kind in symbolic hard foreign open; do
  [ $kind = foreign ] && [ -z "$stranger" ] && continue
  try "the journal of an open run, $kind"
  waiting
  file=$(journal)
  case $kind in
    symbolic) mv "$file" box/kept && ln -s ../kept "$file" ;;
    hard) ln "$file" box/kept ;;
    foreign) chown $stranger "$file" ;;
    open) chmod 666 "$file" ;;
  esac
  sum=$(cat "$file" | sha256sum)
  code=3
  [ $kind = symbolic ] && code=1
  expect $code "$(basename "$file")" resume -m sim:pc.reg
  [ "$(cat "$file" | sha256sum)" = "$sum" ] || fail "it was written"
done
try "links of all names that a journal may get"
mkdir -m 700 box/pc.reg.tlsmend
now=$(date +%s)
for second in 0 1 2 3 4 5 6 7 8 9; do
  ln -s ../made "box/pc.reg.tlsmend/$(date -u -d "@$((now + second))" +%Y%m%d-%H%M%S)-0001.journal"
done
expect 1 "link" apply ../site.lua -m sim:pc.reg --yes
[ ! -e box/made ] || fail "a link was followed"
unwritten
for name in boot 'original-0.reg'; do
  try "$name, a link"
  waiting
  ln -sf ../precious "box/pc.reg.tlsmend/$name"
  expect 0 "" resume -m sim:pc.reg --reboot auto
  whole
  [ $name != boot ] || [ ! -L box/pc.reg.tlsmend/boot ] || fail "the link is still there"
done
try "a temporary file under a guessable name"
for number in $(seq 1 40); do ln -s precious "box/pc.reg.$number.new"; done
site
whole
try "the record of a run, a link"
mkdir -m 700 box/runs
site --state runs
record=$(ls box/pc.reg.tlsmend/*.run)
mv "$record" box/kept && ln -s ../kept "$record"
expect 1 "a link" apply ../next.lua -m sim:pc.reg --yes --state runs
expect 0 "a link" status -m sim:pc.reg

# One machine, whichever folder.
for first in "" "--state one"; do
  for second in "" "--state two" "--state one"; do
    try "a second run ($first, then $second)"
    # shellcheck disable=SC2086 # two words or none
    waiting $first
    # shellcheck disable=SC2086
    expect 3 "is not finished" apply ../site.lua -m sim:pc.reg --yes $second
    # shellcheck disable=SC2086
    expect 0 "open: waits for a restart" status -m sim:pc.reg $second
    # shellcheck disable=SC2086
    expect 0 "" resume -m sim:pc.reg --reboot auto $second
    # shellcheck disable=SC2086
    expect 0 "Rolled back" rollback -m sim:pc.reg --yes $second
    unwritten
  done
done
for second in "" "--state two"; do
  try "a plan twice ($second)"
  expect 2 "" plan ../site.lua -m sim:pc.reg -o pc.plan
  expect 0 "" apply --plan pc.plan --yes --state one
  expect 0 "" rollback -m sim:pc.reg --yes
  rm -r box/one
  # shellcheck disable=SC2086
  expect 3 "applied before" apply --plan pc.plan --yes $second
done
try "a built-in machine by two names"
expect $barrier "" apply winhttp-tls12 -m sim:win7-sp1-x64 -p package=.. --yes --reboot never --state runs
expect 3 "is not finished" apply ../site.lua -m sim:runs/win7-sp1-x64.reg --yes
cp -r box/runs box/other
expect 0 "" resume -m sim:win7-sp1-x64 --state other --reboot auto
expect 0 "open: waits" status -m sim:win7-sp1-x64 --state runs
try "the folder of the open run is gone"
waiting --state one
mv box/one box/away
expect 3 "is not there" apply ../site.lua -m sim:pc.reg --yes
expect 3 "is not there" resume -m sim:pc.reg
expect 3 '"E_REFUSED"' resume -m sim:pc.reg --format json
expect 0 "is not there" status -m sim:pc.reg
expect 0 "" resume -m sim:pc.reg --state away --reboot auto
expect 0 "" apply ../site.lua -m sim:pc.reg --yes
try "the folder of a run that has ended is gone"
site --state one
rm -r box/one
expect 0 "" apply ../next.lua -m sim:pc.reg --yes
try "the folder of the last run is gone: the one before is not taken for it"
site
expect 0 "" apply ../next.lua -m sim:pc.reg --yes --state one
mv box/one box/away
expect 3 "is not there" rollback -m sim:pc.reg --plan
expect 3 "is not there" rollback -m sim:pc.reg --yes
expect 0 "Rolled back" rollback -m sim:pc.reg --yes --state away
try "the copy of a journal, older than what became of the run"
waiting
cp -r box/pc.reg.tlsmend box/old
expect 0 "" resume -m sim:pc.reg --reboot auto
expect 0 "Nothing to do" resume -m sim:pc.reg --state old
expect 0 "is run" status -m sim:pc.reg --state old
try "moved with its folder"
waiting --state one
mkdir box/moved && mv box/pc.reg box/pc.reg.tlsmend box/moved
expect 3 "is not finished" apply ../site.lua -m sim:moved/pc.reg --yes
expect 0 "" resume -m sim:moved/pc.reg --reboot auto
expect 0 "" rollback -m sim:moved/pc.reg --yes
cmp -s base.reg box/moved/pc.reg || fail "not as before"

# Journals that cannot be read.
spoil() { # KIND FILE
  case $1 in
    first) sed -i '1s/a/b/' "$2" ;;
    middle) sed -i '2s/a/b/' "$2" ;;
    last) sed -i '$s/a/b/' "$2" ;;
    missing) sed -i 2d "$2" ;;
    garbage) head -c 5000 /dev/urandom | sed 's/$/\n/' >"$2"; echo >>"$2" ;;
    folder) rm "$2" && mkdir "$2" ;;
    link) mv "$2" box/kept && ln -s ../kept "$2" ;;
    loop) rm "$2" && ln -s "$(basename "$2")" "$2" ;;
    pipe) rm "$2" && mkfifo "$2" ;;
    huge) truncate -s 1T "$2" ;;
    newer) line='{"record":"begin","time":"2030-01-01T00:00:00Z","schema":"tlsmend-journal/9"}'
      printf '%s %s\n' "$(printf %s "$line" | sha256sum | cut -c 1-64)" "$line" >"$2" ;;
  esac
}
for kind in first middle last missing garbage folder link loop pipe huge newer; do
  try "history, $kind"
  site
  spoiled=$(journal)
  expect 0 "" apply ../next.lua -m sim:pc.reg --yes
  spoil $kind "$spoiled"
  name=$(basename "$spoiled")
  # Its last line says how it ended; what stands further up is looked at where it is asked for.
  case $kind in first | middle) expect 0 "${name%.journal}.*done" status -m sim:pc.reg ;; *) expect 0 "not in the way" status -m sim:pc.reg ;; esac
  grep -q "${name%.journal}" out || fail "status does not name it"
  expect 0 "\"failure\": *\".*$name" status -m sim:pc.reg --format json
  case $kind in folder) ;; *) expect 1 "\(damaged\|newer\)  *.*$name" status --verify -m sim:pc.reg ;; esac
  waiting
  expect 0 "" resume -m sim:pc.reg --reboot auto
  expect 0 "Rolled back" rollback -m sim:pc.reg --yes
  [ $kind = newer ] || expect 1 "" rollback "${name%.journal}" -m sim:pc.reg --yes

  try "perhaps open, $kind"
  waiting
  spoil $kind "$(journal)"
  (cd box && "$TLSMEND" apply ../next.lua -m sim:pc.reg --yes) >out 2>&1 && fail "a run was begun"
  (cd box && "$TLSMEND" resume -m sim:pc.reg) >out 2>&1 && fail "it was resumed"
  expect 0 "$(basename "$(journal)")" status -m sim:pc.reg
  grep -q "Next" out && fail "status offers what is refused"
done
try "a damaged one that is being undone"
site
first=$(journal)
expect 0 "" apply ../next.lua -m sim:pc.reg --yes
sed -i '1s/a/b/' "$first"
printf '%064d {"record":"undo","time":"x"}\n' 0 >>"$first"
expect 1 "does not fit" apply winhttp-tls12 -m sim:pc.reg -p package=.. --yes --reboot never
try "another waits, and one is damaged beside it"
site
old=$(journal)
waiting
sed -i '1s/a/b/' "$old"
expect 0 "" resume -m sim:pc.reg --reboot auto
try "files that are no journals"
mkdir -m 700 -p box/pc.reg.tlsmend/x.journal
touch box/pc.reg.tlsmend/empty.journal
echo nonsense >box/pc.reg.tlsmend/notes.journal
site
cp "$(ls box/pc.reg.tlsmend/2*.journal)" box/pc.reg.tlsmend/copy.journal
expect 0 "not used" status -m sim:pc.reg
expect 0 "" apply ../next.lua -m sim:pc.reg --yes
expect 0 "Rolled back" rollback -m sim:pc.reg --yes
try "a journal of an older tlsmend in a folder of its own"
site --state one
rm -r box/pc.reg.tlsmend
expect 0 "Rolled back" rollback -m sim:pc.reg --yes --state one
unwritten

# Streams that are closed.
for closed in "<&-" ">&-" "2>&-" "<&- >&-" "<&- 2>&-" ">&- 2>&-" "<&- >&- 2>&-"; do
  try "closed: $closed"
  for command in "apply ../site.lua -m sim:pc.reg --yes" "apply winhttp-tls12 -m sim:pc.reg -p package=.. --yes --reboot never" \
    "status -m sim:pc.reg" "resume -m sim:pc.reg --reboot auto" "plan ../next.lua -m sim:pc.reg -o pc.plan"; do
    (cd box && eval "\"\$TLSMEND\" $command $closed") >out 2>&1
  done
  expect 0 intact status --verify -m sim:pc.reg
  grep -q damaged out && fail "a journal is damaged"
  [ "$(ls box/pc.reg.tlsmend/*.journal | wc -l)" -eq 2 ] || fail "not two runs"
  head -c 1 box/pc.plan | grep -q '{' || fail "the plan has something else in it"
  expect 0 "" apply --plan pc.plan --yes
  for run in 1 2 3; do expect 0 "Rolled back" rollback "$(basename "$(ls box/pc.reg.tlsmend/*.journal | sed -n "$((4 - run))p")" .journal)" -m sim:pc.reg --yes; done
  unwritten
done

echo "$attempts attempts"
[ $failures -eq 0 ]
