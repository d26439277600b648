#!/bin/sh
# The shared library exports exactly what the public headers declare TLSMEND_API, calls these functions by no name that another
# library could answer to, and wants nothing of others but the C library. So does the static one, which goes into a plugin too.
set -eu
. "$TLSMEND_SOURCE/tests/sync/declared.sh"
library=$(find "$TLSMEND_BINARY/lib" -name 'libtlsmend.so' -o -name 'libtlsmend.dylib' | head -n 1)
[ -n "$library" ] || { echo "FAILED: no shared library below $TLSMEND_BINARY/lib"; exit 1; }
work=$(mktemp -d "${TMPDIR:-/tmp}/tlsmend-exports.XXXXXX")
trap 'rm -rf "$work"' EXIT
export LC_ALL=C
declared "$work/declared"
nm -D --defined-only "$library" | awk '{print $3}' | sort >"$work/exported"
diff "$work/declared" "$work/exported" || { echo "FAILED: exported is not what is declared"; exit 1; }
echo "$(wc -l <"$work/declared") functions"

if grep -q '^TLSMEND_\(LUA\|LFS\|JANSSON\|SODIUM\)_ARCHIVE:.*NOTFOUND\|^TLSMEND_ARCHIVES:BOOL=OFF' "$TLSMEND_BINARY/CMakeCache.txt"; then
  echo "NOT RUN: $0, second half: this build takes Lua and friends from shared libraries" >&2
  exit 77
fi
failed=0
nothing() { # WHAT FILE
  [ -s "$2" ] || return 0
  echo "FAILED: $1"
  cat "$2"
  failed=1
}
# What has a version of glibc is bound to that; the weak ones and those of the sanitizers are the compiler's.
runtime='@GLIBC_\|^_ITM_\|^__gmon_start__$\|^__asan_\|^__ubsan_'
nm -D --undefined-only "$library" | awk '{print $NF}' | { grep -v "$runtime" || :; } >"$work/wanted"
nothing "the shared library takes these from whoever has them" "$work/wanted"
readelf -W -r "$library" | { grep -o 'tlsmend_[a-z0-9_]*' || :; } | sort -u >"$work/rebound"
nothing "the shared library calls its own functions through names that others can define" "$work/rebound"
readelf -d "$library" | { grep TEXTREL || :; } >"$work/text"
nothing "the shared library's code is changed when it is loaded" "$work/text"

nm -g --defined-only "$TLSMEND_BINARY/lib/libtlsmend.a" | awk 'NF == 3 {print $3}' | sort >"$work/defined"
diff "$work/declared" "$work/defined" || { echo "FAILED: the static library defines more, or less"; failed=1; }
"${CC:-cc}" -shared -o "$work/plugin.so" -Wl,--whole-archive "$TLSMEND_BINARY/lib/libtlsmend.a" -Wl,--no-whole-archive \
  -Wl,--no-undefined -Wl,-z,text -lm -pthread || { echo "FAILED: the static library alone does not make a plugin"; failed=1; }
exit $failed
