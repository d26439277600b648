#!/bin/sh
# Every C file is as .clang-format has it. `format.sh --fix` makes it so.
set -eu
cd "${TLSMEND_SOURCE:-$(dirname "$0")/../..}"
. tests/sync/llvm.sh
llvm_tool clang-format
how="--dry-run -Werror"
[ "${1:-}" != --fix ] || how=-i
find host tests -name '*.[ch]' | sort | xargs "$tool" $how
