#!/bin/sh
# Commit-confirm on a live machine: what `apply --confirm-within 1` did stays if it is confirmed, and is undone by the process that
# apply has left behind if nobody does: nothing else is called meanwhile.
set -eu
. "$TLSMEND_SOURCE/tests/wine/prefix.sh"
rm -rf "$TLSMEND_BINARY/tests/wine/confirm"
wine_prefix confirm
cd "$work"
cp "$TLSMEND_WIN64" tlsmend.exe
fail() {
  echo "FAILED: $*" >&2
  cat last >&2
  exit 1
}
tlsmend() { wine tlsmend.exe "$@" >last 2>&1; }
value() { wine reg.exe query 'HKLM\SOFTWARE\Site' /v Value >last 2>&1; }

cat >site.lua <<'END'
local registry = require "registry"
return {
  id = "site", version = "1.0.0", title = "Site", references = {}, params = {},
  needs = { registry = { "HKLM\\SOFTWARE\\Site" } },
  run = function() registry.set("HKLM\\SOFTWARE\\Site", "Value", 1) end,
}
END

tlsmend apply '.\site.lua' --yes --allow-unsigned --confirm-within 1 || fail "apply, to be confirmed: $?"
value || fail "the first apply has not written"
tlsmend confirm || fail "confirm"
sleep 70
value || fail "what was confirmed has been undone"
tlsmend rollback --yes || fail "rollback"
value && fail "the rollback has left the value"

tlsmend apply '.\site.lua' --yes --allow-unsigned --confirm-within 1 || fail "apply, not to be confirmed"
done=$(date +%s) waited=0
value || fail "the second apply has not written"
while value; do
  [ "$waited" -lt 240 ] || fail "nobody confirmed, and after $waited seconds the value still stands"
  sleep 3
  waited=$(($(date +%s) - done))
done
sleep 2
tlsmend status || fail "status"
grep -q 'undone' last || fail "status does not say that the run is undone"
! grep -q 'open' last || fail "a run is left open"
[ "$waited" -ge 30 ] || fail "undone after $waited seconds already"
echo "what is confirmed stays; what is not is undone by itself, here after about $waited seconds"
