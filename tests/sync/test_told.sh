#!/bin/sh
# The guard tells every runbook the versions of the files by which updates are known: those of the catalogue, and no others.
set -eu
cd "${TLSMEND_SOURCE:-$(dirname "$0")/../..}"
wanted=$(sed -n 's/.*path = \("[^"]*\.dll"\), floor.*/\1/p' stdlib/windows/*.lua | sort -u)
told=$(sed -n '/^static bool tells_of_updates/,/^}/p' host/machine/guard.c | grep -o '"[^"]*\.dll"' | sort -u)
[ -n "$wanted" ] || { echo "FAILED: found no file in stdlib/windows"; exit 1; }
[ "$wanted" = "$told" ] || { echo "FAILED: stdlib/windows has" $wanted ", host/machine/guard.c tells" $told; exit 1; }
