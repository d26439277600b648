#!/bin/sh
# What a worker that was taken over can do: each attempt ends as its table says.
set -eu
if grep -q '^TLSMEND_SANITIZE:BOOL=ON' "$TLSMEND_BINARY/CMakeCache.txt"; then
  echo "SKIPPED: the wall of a build with the address sanitizer has gaps of its own: host/os/posix/filter.c" >&2
  exit 77
fi
bare=$TLSMEND_BINARY/tests/wall/wall_bare
failed=0
"$bare" || failed=1
# A parent that lets everything that is written be run hands that on to its children; not to a worker.
if command -v setarch >/dev/null; then
  setarch -X "$bare" "run data" "run its heap" "run its stack" "mmap code" || failed=1
fi
exit $failed
