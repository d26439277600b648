#!/bin/sh
# House rules in numbers: C functions of at most 60 lines and 5 parameters wanted, C files of at most 600 lines, Lua files of at
# most 250; folders of fewer than 30 files. Prints what is over the wanted 40 and 400 as well, and fails only on the hard limits.
set -eu
cd "$TLSMEND_SOURCE"

# A function begins at the first line of its top-level construct and ends with a brace alone in the first column, which is
# how .clang-format writes all of them.
functions=$(find host -name '*.c' | sort | xargs awk '
  FNR == 1 { start = 0 }
  /^}$/ { if (start) { n = FNR - start + 1; total++; if (n > 40) print n, FILENAME ":" start ": " head }; start = 0; next }
  /^}/ || /;$/ && !/^[ \t]/ { start = 0; next }
  /^[A-Za-z_]/ { if (!start && !/=/) { start = FNR; head = $0 } }
  END { print total, "functions" }')
echo "$functions"
[ "$(echo "$functions" | awk '/functions$/ {print $1}')" -gt 100 ] || { echo "FAILED: found too few functions"; exit 1; }

# Tables of data that somebody else defines are no code: the case mapping of Unicode.
files=$( (find host tests -name '*.[ch]' ! -name unicode_table.c; find stdlib host/lua runbooks tests -name '*.lua') | sort)
[ "$(echo "$files" | wc -l)" -gt 500 ] || { echo "FAILED: found too few files"; exit 1; }
files=$(echo "$files" | xargs wc -l | awk '$2 != "total" && (/\.lua$/ ? $1 > 250 : $1 > 400) {print $1, $2, "lines"}')
[ -z "$files" ] || echo "$files"

# crowded FOLDER...: folders at or below these with 30 files of their own or more.
crowded() { find "$@" -type f | sed 's,/[^/]*$,,' | sort | uniq -c | awk '$1 >= 30 {print $1, "files in", $2}'; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/room"
for i in $(seq 29); do : >"$work/$i" && : >"$work/room/$i"; done
[ -z "$(crowded "$work")" ] || { echo "FAILED: 29 files are no crowd"; exit 1; }
: >"$work/room/one more"
[ "$(crowded "$work")" = "30 files in $work/room" ] || { echo "FAILED: a crowd is not seen"; exit 1; }
folders=$(crowded host stdlib tests runbooks)

bad=$(echo "$functions" | awk '!/functions$/ && $1 > 60'
      [ -z "$files" ] || echo "$files" | awk '/\.lua/ ? $1 > 250 : $1 > 600'
      echo "$folders" | grep . || true)
if [ -n "$bad" ]; then
  echo "FAILED: over the hard limits (60 lines a function, 600 a C file, 250 a Lua file, 29 files a folder):"
  echo "$bad"
  exit 1
fi
