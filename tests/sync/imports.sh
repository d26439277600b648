#!/bin/sh
# The Windows executables: under 1.5 MiB, of the kind they should be, and importing only what docs/WINDOWS-BUILD.md lists, so
# that nothing creeps in that NT 6.0 has not; they export nothing, and the DLL what the headers declare. `imports.sh --update` writes that list anew; look at the difference.
set -eu
. "$TLSMEND_SOURCE/tests/sync/declared.sh"
document=$TLSMEND_SOURCE/docs/WINDOWS-BUILD.md
work=$(mktemp -d "${TMPDIR:-/tmp}/tlsmend-imports.XXXXXX")
trap 'rm -rf "$work"' EXIT
failed=0
fail() {
  echo "FAILED: $*"
  failed=1
}
declared "$work/declared"
exports() { awk '/Ordinal\/Name Pointer/ { on = 1; next } on && /^$/ { exit } on && $1 == "[" { print $NF }' "$1" | LC_ALL=C sort; }

for preset in win64 win32; do
  exe=$TLSMEND_SOURCE/build/$preset/tlsmend.exe
  case $preset in
    win64) dump=x86_64-w64-mingw32-objdump format=pei-x86-64 ;;
    win32) dump=i686-w64-mingw32-objdump format=pei-i386 ;;
  esac
  command -v $dump >/dev/null || {
    echo "SKIPPED: the check of the executables' imports needs $dump (binutils of mingw-w64)" >&2
    exit 77
  }
  [ -f "$exe" ] || {
    echo "SKIPPED: the check of the executables' imports needs $exe (the log of build_$preset tells why it is not there)" >&2
    exit 77
  }
  $dump -p "$exe" >"$work/headers"
  size=$(wc -c <"$exe")
  echo "$preset: $size bytes"
  [ "$size" -lt 1572864 ] || fail "$preset: $size bytes, less than 1.5 MiB wanted"
  grep -q "file format $format" "$work/headers" || fail "$preset: not $format"
  grep -Eq '^MajorSubsystemVersion[[:space:]]+6$' "$work/headers" || fail "$preset: subsystem version is not 6"
  grep -Eq '^MinorSubsystemVersion[[:space:]]+0$' "$work/headers" || fail "$preset: subsystem version is not 6.0"
  grep -q 'Windows CUI' "$work/headers" || fail "$preset: not a console program"
  for guid in e2011457 35138b9a 4a2f28e3 1f676c76 8e0f7a12; do
    grep -aq "$guid" "$exe" || fail "$preset: no supportedOS $guid in the manifest"
  done
  awk '/DLL Name:/ { dll = tolower($3) } 
    $1 ~ /^[0-9a-f]+$/ && NF == 3 && $2 ~ /^[0-9]+$/ { print dll, $3 } # binutils 2.40
    $1 ~ /^[0-9a-f]+$/ && NF == 4 && $2 == "<none>" { print dll, $4 }  # binutils 2.44' "$work/headers" |
    LC_ALL=C sort -u >"$work/$preset"
  [ "$(wc -l <"$work/$preset")" -gt 50 ] || fail "$preset: the list of imported functions could not be read"
  # A worker has no right to a window, and the libraries that make some do not start without one.
  windows=$(grep -E '^(user32|gdi32|ole32|oleaut32|shell32|comctl32)\.dll ' "$work/$preset" || :)
  [ -z "$windows" ] || fail "$preset: imported, and so loaded into each worker: $windows"
  exports "$work/headers" >"$work/exports"
  [ ! -s "$work/exports" ] || fail "$preset: the executable exports: $(cat "$work/exports")"
  $dump -p "$TLSMEND_SOURCE/build/$preset/lib/libtlsmend.dll" >"$work/headers"
  exports "$work/headers" | diff "$work/declared" - || fail "$preset: the DLL does not export what the headers declare"
done

# One line a DLL: "kernel32.dll: CloseHandle ...", for both, then what only one of them imports.
lines() { awk -v what="$1" '{ names[$1] = names[$1] " " $2 } END { for (dll in names) print what dll ":" names[dll] }' | sort; }
export LC_ALL=C
{
  comm -12 "$work/win64" "$work/win32" | lines ""
  comm -23 "$work/win64" "$work/win32" | lines "x64 only, "
  comm -13 "$work/win64" "$work/win32" | lines "x86 only, "
} | fold -s -w 118 | sed 's/ *$//' >"$work/list"

if [ "${1:-}" = --update ]; then
  sed '/^<!-- imports -->$/,$d' "$document" >"$work/document"
  { cat "$work/document"; printf '%s\n' '<!-- imports -->' '```'; cat "$work/list"; echo '```'; } >"$document"
fi
sed '1,/^<!-- imports -->$/d; /^```$/d' "$document" | awk '
  { sub(/^x(64|86) only, /, "") }
  /^[^ ]+\.(dll|drv):/ { dll = $1; sub(/:$/, "", dll); $1 = "" }
  { n = split($0, name, " "); for (i = 1; i <= n; i++) print dll, name[i] }' | sort -u >"$work/documented"
# Which functions of msvcrt.dll are used is mingw-w64's matter; it is part of every Windows.
cat "$work/win64" "$work/win32" | grep -v '^msvcrt\.dll ' | sort -u | comm -23 - "$work/documented" >"$work/new"
if [ -s "$work/new" ]; then
  cat "$work/new"
  fail "these imports are not in docs/WINDOWS-BUILD.md. Does NT 6.0 have them? Then: TLSMEND_SOURCE=. sh tests/sync/imports.sh --update"
fi
exit $failed
