#!/bin/sh
# clang-tidy over the host as it was compiled here.
set -eu
cd "$TLSMEND_SOURCE"
command -v clang-tidy >/dev/null || {
  echo "SKIPPED: the static analysis needs clang-tidy: apt-get install clang-tidy" >&2
  exit 77
}
sed -n 's/^ *"file": "\(.*\)",*$/\1/p' "$TLSMEND_BINARY/compile_commands.json" | grep "^$TLSMEND_SOURCE/host/.*\.c$" | sort -u |
  xargs -P 2 -n 4 clang-tidy --quiet -p "$TLSMEND_BINARY"
