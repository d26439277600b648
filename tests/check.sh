#!/bin/sh
# check.sh: the whole test suite, with all its own set-up. Everything is a ctest test, also the other builds (asan, clang,
# Windows), Wine and the linters, so that the summary at the end counts them all.
set -eu
cd "$(dirname "$0")/.."
jobs=$(nproc 2>/dev/null || echo 2)

sh tests/setup.sh test
cmake --preset dev 
cmake --build --preset dev -- -j "$jobs"
exec ctest --test-dir build/dev --output-on-failure --no-tests=error -j "$jobs" "$@"
