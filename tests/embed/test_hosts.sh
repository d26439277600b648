#!/bin/sh
# libtlsmend in programs that carry other libraries with the same names: LuaJIT through its FFI; C programs that export a Lua 5.1,
# a Lua 5.3, LuaJIT, json-c or a Jansson of theirs; and one that defines every name that is inside libtlsmend and aborts when one of them is called. Each
# makes the same plan many times, with the shared and with the static library, and must print what a plain program prints.
set -eu
here=$TLSMEND_SOURCE/tests/embed/hosts
lib=$TLSMEND_BINARY/lib
times=${TLSMEND_TIMES:-10}
if grep -q '^TLSMEND_\(LUA\|LFS\|JANSSON\|SODIUM\)_ARCHIVE:.*NOTFOUND\|^TLSMEND_ARCHIVES:BOOL=OFF' "$TLSMEND_BINARY/CMakeCache.txt"; then
  echo "NOT RUN: $0: this build takes Lua and friends from shared libraries" >&2
  exit 77
fi
work=$(mktemp -d "${TMPDIR:-/tmp}/tlsmend-hosts.XXXXXX")
trap 'rm -rf "$work"' EXIT
export LD_LIBRARY_PATH="$lib"

failed=0
check() { # NAME COMMAND...: runs it and compares what it prints with what the plain program prints
  name=$1
  shift
  if "$@" >"$work/out" 2>"$work/err" && cmp -s "$work/out" "$work/expected"; then
    echo "ok: $name, $times plans"
  else
    echo "FAILED: $name: $*"
    head -n 20 "$work/err"
    failed=1
  fi
}
build() { # NAME OTHER FLAG...: builds shared_NAME and static_NAME
  name=$1
  other=$2
  shift 2
  for kind in shared static; do
    library=-ltlsmend
    if [ $kind = static ]; then library="$lib/libtlsmend.a"; fi
    "${CC:-cc}" -std=c11 -g -I"$TLSMEND_SOURCE/host/include" "$here/host.c" "$other" -o "$work/${kind}_$name" -rdynamic "$@" \
      -L"$lib" "$library" -lm -pthread 2>"$work/err" && continue
    echo "FAILED: $name cannot be built with the $kind library"
    head -n 20 "$work/err"
    failed=1
  done
}
both() {
  build "$@"
  check "$1, shared library" "$work/shared_$1" "$times"
  check "$1, static library" "$work/static_$1" "$times"
}

build plain "$here/plain.c"
"$work/shared_plain" 1 >"$work/expected"
grep -q KB3140245 "$work/expected" || { echo "FAILED: that is no plan"; cat "$work/expected"; exit 1; }
check "plain, static library" "$work/static_plain" "$times"

# Every global name of the archives and of our own objects, but those of the headers.
sed -n 's/^TLSMEND_[A-Z]*_ARCHIVE:[A-Z]*=//p' "$TLSMEND_BINARY/CMakeCache.txt" >"$work/archives"
nm -g --defined-only "$TLSMEND_BINARY/libtlsmend_parts.a" $(cat "$work/archives") 2>/dev/null | awk 'NF == 3 { print $3 }' |
  grep -v '^tlsmend_' | grep '^[A-Za-z_][A-Za-z0-9_]*$' | sort -u >"$work/names"
[ "$(wc -l <"$work/names")" -gt 1500 ] || { echo "FAILED: too few names found"; exit 1; }
{
  echo '#include <stdlib.h>'
  sed 's/.*/void &(void);\nvoid &(void) { abort(); }/' "$work/names"
  cat "$here/plain.c"
} >"$work/names.c"
echo "$(wc -l <"$work/names") names, each of which aborts"
both names "$work/names.c"

# PACKAGE [ARCHIVE]: the flags of a library, with all that its archive defines if there is one.
flags() {
  set -- "$1" "$(pkg-config --cflags "$1")" "$(pkg-config --variable=libdir "$1")/${2:-none}"
  if [ -e "$3" ]; then
    echo "$2 -Wl,--whole-archive $3 -Wl,--no-whole-archive -ldl"
  else
    pkg-config --cflags --libs "$1"
  fi
}
missing=
while read -r package use archive; do
  if pkg-config --exists "$package"; then
    both "$package" "$here/$use" $(flags "$package" "$archive")
    if [ -n "$archive" ]; then both "$package-so" "$here/$use" $(flags "$package"); fi
  else
    missing="$missing $package"
  fi
done <<EOF
lua5.1 lua.c liblua5.1.a
lua5.3 lua.c liblua5.3.a
luajit lua.c libluajit-5.1.a
json-c json.c libjson-c.a
jansson same.c libjansson.a
EOF
if command -v luajit >/dev/null; then
  check "LuaJIT, FFI" luajit "$here/ffi.lua" "$lib/libtlsmend.so" "$times"
  check "LuaJIT, FFI, for all to see" luajit "$here/ffi.lua" "$lib/libtlsmend.so" "$times" global
  "${CC:-cc}" -shared -o "$work/plugin.so" -Wl,--whole-archive "$lib/libtlsmend.a" -Wl,--no-whole-archive -lm -pthread
  check "LuaJIT, FFI, a plugin with the static library" luajit "$here/ffi.lua" "$work/plugin.so" "$times"
else
  missing="$missing luajit"
fi
[ $failed -eq 0 ] || exit 1
[ -z "$missing" ] || echo "SKIPPED: programs with:$missing (install them with: sh tests/setup.sh)" >&2
