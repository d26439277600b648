#!/bin/sh
# docs/runbooks/MATRIX.md is the table of matrix.txt, and names every runbook and every built-in machine.
set -eu
cd "$TLSMEND_SOURCE"
lua=${TLSMEND_LUA:-lua5.4}
case $("$lua" -v 2>/dev/null || true) in
*5.4*) ;;
*)
  echo "SKIPPED tests/runbooks/test_matrix_page.sh: no Lua 5.4 interpreter; install lua5.4" >&2
  exit 77
  ;;
esac
made=$(mktemp "${TMPDIR:-/tmp}/tlsmend-matrix-page.XXXXXX")
trap 'rm -f "$made"' EXIT
"$lua" tests/runbooks/matrix_page.lua >"$made"
if ! diff docs/runbooks/MATRIX.md "$made" >&2; then
  echo "FAILED: docs/runbooks/MATRIX.md is not made of tests/runbooks/matrix.txt: run tests/runbooks/matrix_page.lua as its head says" >&2
  exit 1
fi
for runbook in runbooks/*.lua; do
  id=$(basename "$runbook" .lua)
  grep -q "| $id " docs/runbooks/MATRIX.md || { echo "FAILED: MATRIX.md has no column for $id" >&2; exit 1; }
done
LUA_PATH="$PWD/host/lua/?.lua;$PWD/stdlib/?.lua" "$lua" -e 'for _, name in ipairs(require "machines.builtin".names()) do print(name) end' |
  while read -r machine; do
    grep -q "^| \`$machine\` |" docs/runbooks/MATRIX.md || { echo "FAILED: MATRIX.md has no row for $machine" >&2; exit 1; }
  done
