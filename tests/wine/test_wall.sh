#!/bin/sh
# What a worker that was taken over can do on Windows, as far as Wine enforces it: see tests/wall.
set -eu
. "$TLSMEND_SOURCE/tests/wine/prefix.sh"
wine_prefix upcase # the prefix of that test, which leaves nothing in it: making one takes longer than all attempts
programs=$(dirname "$TLSMEND_WIN64")/tests/wall
export WINEDLLOVERRIDES="$WINEDLLOVERRIDES;winedbg.exe=" # what crashes ends at once
attack() { # NAME PROGRAM ARGUMENTS
  name=$1 program=$2
  shift 2
  (cd "$work" && wine "$programs/$program" "$@" >"$name.log" 2>&1 </dev/null) || echo "$name" >>"$work/failed"
}
# The attempts on the bare wall; the same within runbooks, as far as Wine holds it; and what a worker says instead of
# the truth, all that waits for a deadline and some of the rest: it is judged by the same code as elsewhere.
attack bare wall_bare.exe &
for part in wine slow; do
  attack $part wall_siege.exe "Z:$programs/wall_compromised.exe" $part &
done
attack some wall_siege.exe "Z:$programs/wall_compromised.exe" some
wait
for part in bare wine slow some; do
  grep -v '^NOT ENFORCED HERE' "$work/$part.log" || :
done
echo "NOTE: $0: Wine lets through what Windows does not, so that it is not judged here: $(sed -n \
  's/^NOT ENFORCED HERE: \([^:]*\): .*/\1/p' "$work/bare.log" | paste -s -d ';' | sed 's/;/; /g')" >&2
[ ! -e "$work/failed" ]
