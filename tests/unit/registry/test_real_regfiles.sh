#!/bin/sh
# Registration files from the wild (TLSMEND_SHARED/reg, not part of the tree): each is read, and means the same after it was
# written in both encodings.
set -eu
folder=${TLSMEND_SHARED:-$TLSMEND_SOURCE/../shared}/reg
if ! ls "$folder"/*.reg >/dev/null 2>&1; then
  echo "NOT RUN: $0: no *.reg in $folder. Put real files there, or say where they are with TLSMEND_SHARED" >&2
  exit 77
fi
dump=$TLSMEND_BINARY/tests/wine/regfile_dump
work=$TLSMEND_BINARY/tests/unit/real
mkdir -p "$work"
count=0
failures=0
for file in "$folder"/*.reg; do
  count=$((count + 1))
  if ! "$dump" "$file" >"$work/listing"; then
    failures=$((failures + 1))
    continue
  fi
  for encoding in utf8 utf16; do
    "$dump" "$encoding" "$file" "$work/again.reg"
    "$dump" "$work/again.reg" >"$work/again"
    cmp "$work/listing" "$work/again" || { echo "$file means something else in $encoding" >&2; failures=$((failures + 1)); }
  done
done
[ "$failures" -eq 0 ] || exit 1
echo "$count real files"
