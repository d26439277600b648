#!/bin/sh
# check.sh: the whole test suite, with all its own set-up. Everything is a ctest test, also the other builds (asan, clang,
# Windows), Wine and the linters, so that the summary at the end counts them all.
set -eu
cd "$(dirname "$0")/.."
jobs=$(nproc 2>/dev/null || echo 2)
tests=$((jobs + 1)) # some tests wait: for the clock, for a disk, for Wine

sh tests/setup.sh test
cmake --preset dev
cmake --build --preset dev -- -j "$jobs"

# What was skipped is said once more, and why; the summary of ctest comes last.
log=build/dev/check.log
{
  code=0
  ctest --test-dir build/dev --output-on-failure --no-tests=error -j "$tests" "$@" || code=$?
  echo "$code" >build/dev/check.code
} | tee "$log"
sed -n '/^SKIPPED/p; /^NOT RUN/p' build/dev/Testing/Temporary/LastTest.log | sort -u >&2
sed -n '/tests passed, /,$p' "$log"
exit "$(cat build/dev/check.code)"
