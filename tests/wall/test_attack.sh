#!/bin/sh
# What a worker that was taken over can do: each attempt ends as its table says, on the bare wall and within a runbook; and
# what it says instead of the truth gains nothing. What waits for a deadline waits beside the rest.
set -eu
if grep -q '^TLSMEND_SANITIZE:BOOL=ON' "$TLSMEND_BINARY/CMakeCache.txt"; then
  echo "SKIPPED: the wall of a build with the address sanitizer has gaps of its own: host/os/posix/filter.c" >&2
  exit 77
fi
programs=$TLSMEND_BINARY/tests/wall
work=$(mktemp -d "${TMPDIR:-/tmp}/tlsmend-wall.XXXXXX")
trap 'rm -rf "$work"' EXIT
siege() { "$programs/wall_siege" "$programs/wall_compromised" "$1" >"$work/$1.log" 2>&1 || echo "$1" >>"$work/failed"; }
siege slow &
siege attempts &
siege quick
"$programs/wall_bare" || echo bare >>"$work/failed"
# A parent that lets everything that is written be run hands that on to its children; not to a worker.
if command -v setarch >/dev/null; then
  setarch -X "$programs/wall_bare" "run data" "run its heap" "run its stack" "mmap code" ||
    echo setarch >>"$work/failed"
fi
wait
cat "$work"/*.log
[ ! -e "$work/failed" ]
