#!/bin/sh
# clang-tidy over the host as it was compiled here.
set -eu
cd "$TLSMEND_SOURCE"
. tests/sync/llvm.sh
llvm_tool clang-tidy
files=$(sed -n 's/^ *"file": "\(.*\)",*$/\1/p' "$TLSMEND_BINARY/compile_commands.json" | grep "^$TLSMEND_SOURCE/host/.*\.c$" | sort -u)
[ "$(echo "$files" | wc -l)" -ge 100 ] || { echo "FAILED: found too few files"; exit 1; }
echo "$files" | xargs -P 2 -n 4 "$tool" --quiet -p "$TLSMEND_BINARY"
