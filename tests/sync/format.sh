#!/bin/sh
# Every C file is as .clang-format has it. `format.sh --fix` makes it so.
set -eu
cd "${TLSMEND_SOURCE:-$(dirname "$0")/../..}"
. tests/sync/llvm.sh
llvm_tool clang-format
how="--dry-run -Werror"
[ "${1:-}" != --fix ] || how=-i
files=$(find host tests -name '*.[ch]' | sort)
[ "$(echo "$files" | wc -l)" -ge 300 ] || { echo "FAILED: found too few files"; exit 1; }
echo "$files" | xargs "$tool" $how
