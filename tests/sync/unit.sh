#!/bin/sh
# unit.sh PRESET: runs the C tests of another build, and for the sanitizer build those that run its command; the C tests of the
# Windows builds run through Wine in a prefix of their own.
set -eu
preset=$1
build=$TLSMEND_SOURCE/build/$preset
case $preset in
  win64) wine=wine64 magic=win64 ;;
  win32) wine=wine magic=win32 ;;
  *) wine= ;;
esac
if [ -n "$wine" ]; then
  command -v wine >/dev/null || {
    echo "SKIPPED: the C tests of '$preset' need Wine: apt-get install wine64 wine" >&2
    exit 77
  }
  export WINEPREFIX="$TLSMEND_BINARY/wine-unit-$preset" WINEARCH=$magic WINEDEBUG=-all WINEDLLOVERRIDES="mscoree,mshtml=" LC_ALL=C.UTF-8
  if ! wineboot -i >/dev/null 2>&1 || ! wine cmd /c exit 0 >/dev/null 2>&1; then
    wineserver -k >/dev/null 2>&1 || true
    wineserver -w >/dev/null 2>&1 || true
    rm -rf "$WINEPREFIX" || true
    echo "SKIPPED: this Wine has no '$preset' half (wine32 comes from the i386 packages): $preset only built, not run" >&2
    exit 77
  fi
  trap 'wineserver -k >/dev/null 2>&1 || true' EXIT
fi
[ -e "$build/tests/test_value" ] || [ -e "$build/tests/test_value.exe" ] || {
  echo "SKIPPED: the build '$preset' has no C tests (the log of its build tells why)" >&2
  exit 77
}
# A finding of a sanitizer is an exit code that no test expects; without this it is 1, which many do.
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}exitcode=99" UBSAN_OPTIONS="${UBSAN_OPTIONS:+$UBSAN_OPTIONS:}exitcode=99" \
  LSAN_OPTIONS="${LSAN_OPTIONS:+$LSAN_OPTIONS:}exitcode=99"
# What is about the tree, about other builds or about the installed library is tested once, elsewhere.
ctest --test-dir "$build" --output-on-failure --no-tests=error -j 2 \
  -E '^(sync_|wine_|fuzz_|bench_|build_|unit_|embed|format|luacheck|clang_tidy|imports|stdlib|oracle_|wire_|cli_docs|test_kill|test_fault|test_restart|test_batch)'
