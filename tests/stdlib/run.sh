#!/bin/sh
# Runs the tests of the Lua side with plain Lua 5.4: tests/stdlib, tests/host_lua and tests/runbooks on a machine in memory.
cd "$(dirname "$0")/../.." || exit 1
lua=${LUA:-lua5.4}
if ! command -v "$lua" >/dev/null 2>&1; then
  lua=lua
  case $("$lua" -v 2>/dev/null) in
  *5.4*) ;;
  *)
    echo "SKIPPED tests/stdlib: no Lua 5.4 interpreter; install lua5.4 or set LUA" >&2
    exit 77
    ;;
  esac
fi
LUA_PATH="host/lua/?.lua;stdlib/?.lua;tests/stdlib/?.lua" export LUA_PATH
failed=0
for test in tests/stdlib/*_test.lua tests/host_lua/*_test.lua tests/runbooks/*_test.lua; do
  "$lua" "$test" || failed=1
done
exit $failed
