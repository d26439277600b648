#!/bin/sh
# The upper case of all 65536 UTF-16 code units: host/base/unicode_table.c against RtlUpcaseUnicodeChar.
set -eu
. "$TLSMEND_SOURCE/tests/wine/prefix.sh"
wine_prefix upcase

"$MINGW" -std=c11 -Wall -Wextra -Werror -o "$work/upcase.exe" "$TLSMEND_SOURCE/tests/wine/programs/upcase.c"
wine "$work/upcase.exe" | tr -d '\r' >"$work/windows.txt"
"$TLSMEND_BINARY/tests/wine/upcase_table" >"$work/ours.txt"
[ "$(wc -l <"$work/windows.txt")" -gt 1000 ] || { echo "upcase: Windows answered only $(wc -l <"$work/windows.txt") units" >&2; exit 1; }
if ! diff "$work/windows.txt" "$work/ours.txt" >"$work/diff.txt"; then
  echo "upcase: the table differs from this Windows ('<' Windows, '>' host/base/unicode_table.c):" >&2
  head -20 "$work/diff.txt" >&2
  exit 1
fi
echo "upcase: $(wc -l <"$work/ours.txt") units have another upper case; all as RtlUpcaseUnicodeChar answers"
