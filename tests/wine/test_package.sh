#!/bin/sh
# What the installer gets is the copy in the state folder that was checked: an installer of our own stands in for wusa, exchanges the
# administrator's file as soon as it is called, as somebody on a share could, and keeps what it was given.
set -eu
. "$TLSMEND_SOURCE/tests/wine/prefix.sh"
rm -rf "$TLSMEND_BINARY/tests/wine/package"
wine_prefix package
cd "$work"
cp "$TLSMEND_WIN64" tlsmend.exe
fail() {
  printf 'FAILED: %s\n' "$*" >&2
  cat last >&2
  exit 1
}
wine winecfg -v win7 2>/dev/null
sh "$TLSMEND_SOURCE/tests/wine/msu.sh" "$work"
cp "windows6.1-kb3140245-$arch.msu" good.msu
cat >wusa.c <<'END'
#include <stdio.h>
#include <windows.h>
int main(int count, char **arguments) {
  FILE *ours = fopen(PACKAGE, "wb"), *told = fopen("given.txt", "wb");
  fputs("another package", ours);
  fclose(ours);
  fputs(count > 1 ? arguments[1] : "nothing", told);
  fclose(told);
  return count > 1 && CopyFileA(arguments[1], "given.msu", FALSE) ? 3010 : 1;
}
END
"$MINGW" -DPACKAGE="\"windows6.1-kb3140245-$arch.msu\"" -o wusa.exe wusa.c
cp wusa.exe "$WINEPREFIX/drive_c/windows/system32/wusa.exe"
code=0
WINEDLLOVERRIDES="$WINEDLLOVERRIDES;wusa.exe=n" wine tlsmend.exe apply winhttp-tls12 --yes --reboot never --state 'C:\state' \
  -p "package=.\\windows6.1-kb3140245-$arch.msu" >last 2>&1 || code=$?
[ -e given.txt ] || fail "our wusa was not called: this tests nothing"
[ "$code" -eq 194 ] || fail "apply: exit $code, not 194"
cmp -s "windows6.1-kb3140245-$arch.msu" good.msu && fail "the administrator's file was not exchanged: this tests nothing"
cmp -s given.msu good.msu || fail "the installer was given $(cat given.txt), which is not what was checked"
grep -q '\\state\\packages\\' given.txt || fail "the installer was given $(cat given.txt), not the copy in the state folder"
[ ! -e "$(winepath -u "$(cat given.txt)")" ] || fail "the copy is left behind"
echo "package: exchanged while wusa starts, and the copy that was checked is what wusa gets"
