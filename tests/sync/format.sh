#!/bin/sh
# Every C file is as .clang-format has it. `format.sh --fix` makes it so.
set -eu
cd "${TLSMEND_SOURCE:-$(dirname "$0")/../..}"
command -v clang-format >/dev/null || {
  echo "SKIPPED: the format check needs clang-format: apt-get install clang-format" >&2
  exit 77
}
how="--dry-run -Werror"
[ "${1:-}" != --fix ] || how=-i
find host tests -name '*.[ch]' | sort | xargs clang-format $how
