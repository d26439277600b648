#!/bin/sh
# Every C file is as .clang-format has it.
set -eu
cd "$TLSMEND_SOURCE"
command -v clang-format >/dev/null || {
  echo "SKIPPED: the format check needs clang-format: apt-get install clang-format" >&2
  exit 77
}
find host tests -name '*.[ch]' | sort | xargs clang-format --dry-run -Werror
