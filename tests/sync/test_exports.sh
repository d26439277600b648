#!/bin/sh
# The shared library exports exactly what the public headers declare TLSMEND_API.
set -eu
library=$(find "$TLSMEND_BINARY/lib" -name 'libtlsmend.so' -o -name 'libtlsmend.dylib' | head -n 1)
[ -n "$library" ] || { echo "FAILED: no shared library below $TLSMEND_BINARY/lib"; exit 1; }
work=$(mktemp -d "${TMPDIR:-/tmp}/tlsmend-exports.XXXXXX")
trap 'rm -rf "$work"' EXIT
nm -D --defined-only "$library" | awk '{print $3}' | sort >"$work/exported"
# A declaration begins with the macro; its name is the word before the first parenthesis, maybe on the next line.
cat "$TLSMEND_SOURCE"/host/include/tlsmend/*.h | awk '
  /^TLSMEND_API / { text = ""; open = 1; count++ }
  open { text = text " " $0; if (/\(/) { sub(/\(.*/, "", text); n = split(text, word, /[ *]+/); print word[n]; open = 0 } }
  END { print count > "/dev/stderr" }' 2>"$work/count" | sort >"$work/declared"
[ "$(wc -l <"$work/declared")" -ge 25 ] || { echo "FAILED: found too few declarations"; exit 1; }
[ "$(cat "$work/count")" -eq "$(grep -c '^tlsmend_' "$work/declared")" ] || { echo "FAILED: a declaration could not be read"; exit 1; }
diff "$work/declared" "$work/exported" && echo "$(wc -l <"$work/declared") functions"
