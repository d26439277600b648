#!/bin/sh
# What a worker that was taken over can do on Windows, as far as Wine enforces it: see tests/wall.
set -eu
. "$TLSMEND_SOURCE/tests/wine/prefix.sh"
wine_prefix upcase # the prefix of that test, which leaves nothing in it: making one takes longer than all attempts
programs=$(dirname "$TLSMEND_WIN64")/tests/wall
export WINEDLLOVERRIDES="$WINEDLLOVERRIDES;winedbg.exe=" # what crashes ends at once
failed=0
(cd "$work" && wine "$programs/wall_bare.exe" >bare.log 2>bare.err </dev/null) || failed=1
grep -v '^NOT ENFORCED HERE' "$work/bare.log" || failed=1
[ $failed -eq 0 ] || tail -n 5 "$work/bare.err" >&2
echo "NOTE: $0: Wine lets through what Windows does not, so that it is not judged here: $(sed -n \
  's/^NOT ENFORCED HERE: \([^:]*\): .*/\1/p' "$work/bare.log" | paste -s -d ';' | sed 's/;/; /g')" >&2
exit $failed
