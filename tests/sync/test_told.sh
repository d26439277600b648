#!/bin/sh
# The guard tells every runbook the versions of the files by which updates are known: those of the catalogue, and no others.
set -eu
cd "${TLSMEND_SOURCE:-$(dirname "$0")/../..}"
wanted=$(sed -n 's/.*path = \("[^"]*\.dll"\), floor.*/\1/p' stdlib/windows/*.lua | sort -u)
told=$(sed -n '/^static bool tells_of_updates/,/^}/p' host/machine/guard.c | grep -o '"[^"]*\.dll"' | sort -u)
[ -n "$wanted" ] || { echo "FAILED: found no file in stdlib/windows"; exit 1; }
[ "$wanted" = "$told" ] || { echo "FAILED: stdlib/windows has" $wanted ", host/machine/guard.c tells" $told; exit 1; }
# A file of stdlib/ is a module for runbooks, or one of the host's programs (script_module_host): those are in no documentation.
programs=$(sed -n '/^bool script_module_host/,/^}/p' host/script/modules.c | grep -o '"[a-z_.]*"' | tr -d '"')
for program in $programs; do
  path=stdlib/$(echo "$program" | tr . /)
  [ -f "$path.lua" ] || [ -d "$path" ] || { echo "FAILED: there is no $path"; exit 1; }
done
