#!/bin/sh
# The way without wusa: the inner cabinets of an .msu are taken out, and nothing else is; a .cab goes to DISM. Wine's DISM says yes
# and does nothing, which is the case that matters most: the installer said yes, and after the restart the update is not there.
set -eu
. "$TLSMEND_SOURCE/tests/wine/prefix.sh"
command -v gcab >/dev/null || {
  echo "NOT RUN: $0: no gcab here. Install it with: sh tests/setup.sh" >&2
  exit 77
}
rm -rf "$TLSMEND_BINARY/tests/wine/dism"
wine_prefix dism
wine winecfg -v win7
cp "$TLSMEND_WIN64" "$work/tlsmend.exe"

fail() {
  echo "FAILED: $*" >&2
  for file in "$work"/last.*; do
    [ -s "$file" ] && echo "--- $file" && tail -30 "$file"
  done >&2
  exit 1
}

# The inner cabinets.

host=$TLSMEND_SOURCE/host
build=$(dirname "$TLSMEND_WIN64")
"$MINGW" -std=c11 -O1 -Wall -Wextra -D_WIN32_WINNT=0x0600 -D__USE_MINGW_ANSI_STDIO=1 -DTLSMEND_STATIC -I"$host" -I"$host/include" \
  -DSODIUM_STATIC=1 -I"$build/deps/sodium/include" \
  -o "$work/cabinet_list.exe" "$TLSMEND_SOURCE/tests/wine/programs/cabinet_list.c" "$host/machine/win32/cabinet.c" \
  "$host/os/win32/wide.c" "$host/os/win32/library.c" "$host/base/error.c" "$host/base/unicode.c" "$host/base/unicode_table.c" \
  "$build/libtlsmend_sodium.a"
mkdir -p "$work/in/sub" "$work/out"
(
  cd "$work/in"
  echo payload >payload.CAB
  echo deeper >sub/deeper.cab
  echo text >readme.txt
  echo catalogue >WSUSSCAN.cab
  gcab -c ../package.msu payload.CAB sub/deeper.cab readme.txt WSUSSCAN.cab
)
win() { winepath -w "$1"; }
wine "$work/cabinet_list.exe" "$(win "$work/package.msu")" "$(win "$work/out")" >"$work/last.out" || fail "a package is not unpacked"
[ "$(cd "$work/out" && LC_ALL=C ls | tr '\n' ' ')" = "WSUSSCAN.cab deeper.cab payload.CAB " ] || fail "unpacked: $(ls "$work/out")"
cmp -s "$work/out/payload.CAB" "$work/in/payload.CAB" || fail "a cabinet comes out with other bytes"
echo "no cabinet" >"$work/broken.msu"
wine "$work/cabinet_list.exe" "$(win "$work/broken.msu")" "$(win "$work/out")" >"$work/last.out" && fail "a broken package is unpacked"
grep -q 'cannot unpack .*broken.msu: ' "$work/last.out" || fail "the broken package is not named"

# Said yes, and is not there.

sh "$TLSMEND_SOURCE/tests/wine/msu.sh" "$work"
mv "$work/windows6.1-kb3140245-$arch.msu" "$work/windows6.1-kb3140245-$arch.cab"
schannel='HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL'
wine reg.exe query "$schannel" /s >"$work/before.txt" 2>/dev/null
code=0
wine "$work/tlsmend.exe" apply winhttp-tls12 --yes --reboot never -p "package=$(win "$work/windows6.1-kb3140245-$arch.cab")" \
  >"$work/last.out" 2>"$work/last.err" || code=$?
[ "$code" -eq 194 ] || fail "apply with a .cab: exit code $code, not 194"
grep -q DISM "$work/last.out" "$work/last.err" || fail "the report does not say that DISM was used"
wine wineboot -r >/dev/null 2>&1
for second in $(seq 30); do
  wine "$work/tlsmend.exe" status >"$work/last.out" 2>"$work/last.err" || :
  grep -q open "$work/last.out" || break
  sleep 2
done
grep -q open "$work/last.out" && fail "the run is still open (looked $second times)"
wine "$work/tlsmend.exe" status --format json >"$work/last.json" 2>/dev/null || :
grep -q 'not installed although its installer reported success' "$work/last.out" "$work/last.json" ||
  fail "nothing is said of the update that is not there"
wine reg.exe query "$schannel" /s >"$work/after.txt" 2>/dev/null
cmp -s "$work/before.txt" "$work/after.txt" || fail "values were written although the update is not there"
echo "dism: inner cabinets taken out; an update that is not there after the restart is a failure, and nothing was written"
