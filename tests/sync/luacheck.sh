#!/bin/sh
# luacheck over all Lua of the tree.
set -eu
cd "$TLSMEND_SOURCE"
command -v luacheck >/dev/null || {
  echo "SKIPPED: the Lua check needs luacheck: apt-get install lua-check" >&2
  exit 77
}
files=$(find stdlib host/lua runbooks tests -name '*.lua' | sort)
[ "$(echo "$files" | wc -l)" -ge 100 ] || { echo "FAILED: found too few files"; exit 1; }
echo "$files" | xargs luacheck --no-color -q
