#!/bin/sh
# Installs the build into a folder and builds the programs beside this script against it: C and C++, through the CMake package
# and through pkg-config, with the shared and with the static library; runs them all.
set -eu
here=$TLSMEND_SOURCE/tests/embed
work=$(mktemp -d "${TMPDIR:-/tmp}/tlsmend-embed.XXXXXX")
trap 'rm -rf "$work"' EXIT
prefix=$work/installed
cmake --install "$TLSMEND_BINARY" --prefix "$prefix" >"$work/install.log" || { cat "$work/install.log"; exit 1; }

failed=0
check() {
  name=$1
  shift
  if "$@" >"$work/log" 2>&1; then
    echo "ok: $name"
  else
    echo "FAILED: $name: $*"
    cat "$work/log"
    failed=1
  fi
}

# The programs are copied so that nothing of the tree can be found beside them.
mkdir "$work/program"
cp "$here/plan.c" "$here/plan.cpp" "$here/own.c" "$here/own.cpp" "$here/own.lua" "$work/program/"
mkdir "$work/keys"
cp "$TLSMEND_SOURCE/tests/cli/keys/ann.key" "$TLSMEND_SOURCE/tests/cli/keys/ann.pub" "$work/keys/"
chmod go-w "$work/keys" "$work/keys/ann.pub"
cp "$here/outside.cmake" "$work/program/CMakeLists.txt"

check "find_package: configure" cmake -S "$work/program" -B "$work/cmake" -DCMAKE_PREFIX_PATH="$prefix"
check "find_package: build" cmake --build "$work/cmake"
for program in c_shared c_static cpp_shared cpp_static; do
  check "find_package: run $program" "$work/cmake/$program"
  check "find_package: run own_$program" "$work/cmake/own_$program" "$work/journals" "$work/program/own.lua" "$work/keys"
done

libdir=$(dirname "$(find "$prefix" -name tlsmend.pc)")
export PKG_CONFIG_PATH="$libdir${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}"
config() { pkg-config "$@" tlsmend; }
warnings="-Wall -Wextra -pedantic -Werror"
cd "$work/program"
check "pkg-config: C, shared" "${CC:-cc}" -std=c11 $warnings plan.c -o c_shared $(config --cflags --libs)
check "pkg-config: C++, shared" "${CXX:-g++}" -std=c++11 $warnings plan.cpp -o cpp_shared $(config --cflags --libs)
static=$(config --static --libs | sed "s|-ltlsmend|-l:libtlsmend.a|")
check "pkg-config: C, static" "${CC:-cc}" -std=c11 $warnings $(config --cflags) plan.c -o c_static $static
check "pkg-config: C, own machine and module" "${CC:-cc}" -std=c11 $warnings own.c -o own $(config --cflags --libs) \
  "-Wl,-rpath,$(dirname "$libdir")" # it is its own worker, which has no environment
export LD_LIBRARY_PATH="$(dirname "$libdir")"
for program in c_shared cpp_shared c_static; do
  check "pkg-config: run $program" "./$program"
done
check "pkg-config: run own" ./own "$work/journals" own.lua "$work/keys"
# Each header that a program includes stands by itself.
for header in tlsmend error values machine module; do
  echo "#include <tlsmend/$header.h>" | tee "$header.c" >"$header.cpp"
  check "$header.h alone, C" "${CC:-cc}" -std=c99 $warnings -fsyntax-only $(config --cflags) "$header.c"
  check "$header.h alone, C++" "${CXX:-g++}" -std=c++11 $warnings -fsyntax-only $(config --cflags) "$header.cpp"
done
check "the installed command runs" "$prefix/bin/tlsmend" version
exit $failed
