#!/bin/sh
# build.sh PRESET: configures and builds a preset. Exit 77 with a loud line where its compiler or a library's source is not there.
set -eu
preset=$1
cd "$TLSMEND_SOURCE"
case $preset in
  clang) compiler=clang package=clang ;;
  fuzz) compiler=clang package="clang libclang-rt-dev" ;;
  win64) compiler=x86_64-w64-mingw32-gcc package=gcc-mingw-w64-x86-64 ;;
  win32) compiler=i686-w64-mingw32-gcc package=gcc-mingw-w64-i686 ;;
  *) compiler=cc package=gcc ;;
esac
if ! command -v $compiler >/dev/null; then
  echo "SKIPPED: the build '$preset' needs $compiler: apt-get install $package" >&2
  exit 77
fi
mkdir -p build
if [ "$preset" = fuzz ]; then
  echo 'int main(void) { return 0; }' >build/try.c
  if ! clang -fsanitize=fuzzer-no-link,address build/try.c -o build/try 2>/dev/null; then
    echo "SKIPPED: the fuzz targets need the sanitizers of clang: apt-get install $package" >&2
    exit 77
  fi
fi
exec 9>"build/$preset.lock"
if command -v flock >/dev/null; then flock 9; fi
if ! cmake --preset "$preset"; then
  [ -s build/deps/absent ] || exit 1
  echo "SKIPPED: the build '$preset' needs the source package of $(cat build/deps/absent), which no mirror of this machine has" >&2
  exit 77
fi
cmake --build --preset "$preset"
