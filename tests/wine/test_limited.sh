#!/bin/sh
# Without the rights of an administrator, as Windows starts a process of one: planning and looking work; whatever would write is
# refused with E_DENIED and the way out, for values and journals alike, and leaves nothing behind.
set -eu
. "$TLSMEND_SOURCE/tests/wine/prefix.sh"
rm -rf "$TLSMEND_BINARY/tests/wine/limited"
wine_prefix limited
[ -n "$limited_wine" ] || {
  echo "SKIPPED: $(wine --version) gives each process the rights of an administrator, so nothing is refused: Wine 10 or later tells" >&2
  exit 77
}
cd "$work"
cp "$TLSMEND_WIN64" tlsmend.exe
data=$WINEPREFIX/drive_c/ProgramData/tlsmend
fail() {
  echo "FAILED: $*" >&2
  cat last >&2
  exit 1
}
exits() { # EXIT PROGRAM ARGUMENT...
  expected=$1 code=0
  shift
  "$@" >last 2>&1 </dev/null || code=$?
  [ "$code" -eq "$expected" ] || fail "$*: exit $code, not $expected"
}
refused() { # ARGUMENT...
  export_to before
  exits 1 "$limited_wine" tlsmend.exe "$@"
  grep -q 'not allowed to write to this machine: start the command prompt with "Run as administrator"' last || fail "$*: the way out is not told"
  exits 1 "$limited_wine" tlsmend.exe "$@" --format json
  grep -q '"code": "E_DENIED"' last || fail "$*: not E_DENIED"
  export_to after
  cmp -s before after || fail "$*: the registry or the folder of runs changed"
}
export_to() { # NAME
  for key in 'HKLM\SOFTWARE\Microsoft\.NETFramework' 'HKLM\SYSTEM\CurrentControlSet\Services\EventLog'; do
    wine reg query "$key" /s 2>/dev/null || :
  done >"$1"
  ls -R "$data" >>"$1" 2>/dev/null || :
}

wine winecfg -v win7
exits 2 "$limited_wine" tlsmend.exe plan dotnet-strong-crypto -o later.plan
refused apply dotnet-strong-crypto --yes
refused apply --plan later.plan --yes
refused install
[ ! -e "$data" ] || fail "a refused run left a folder of runs"
exits 0 wine tlsmend.exe apply --plan later.plan --yes
exits 0 "$limited_wine" tlsmend.exe status
refused rollback --yes
exits 0 wine tlsmend.exe rollback --yes
echo "limited: apply, a saved plan, install and rollback are refused without the rights of an administrator, and done with them"
