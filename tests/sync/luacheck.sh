#!/bin/sh
# luacheck over all Lua of the tree.
set -eu
cd "$TLSMEND_SOURCE"
command -v luacheck >/dev/null || {
  echo "SKIPPED: the Lua check needs luacheck: apt-get install lua-check" >&2
  exit 77
}
find stdlib host/lua runbooks tests -name '*.lua' | sort | xargs luacheck --no-color -q
