#!/bin/sh
# Commit-confirm on a live machine: what `apply --confirm-within 1` did stays if it is confirmed, or if a server answers a verify that is
# declared to look at an effect; and is undone by the process that apply has left behind if not, also where a verify that reads the
# registry passes: nothing else is called meanwhile.
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

# runbook NAME ADDRESS VERIFY: a port is a server that its verify asks.
runbook() {
  cat >"$1.lua" <<END
local registry, probe = require "registry", require "probe"
return {
  id = "$1", version = "1.0.0", title = "Site", references = {}, params = {},
  needs = { registry = { "HKLM\\\\SOFTWARE\\\\Site" }, probes = { "127.0.0.1:$2" } }, $3
  run = function() registry.set("HKLM\\\\SOFTWARE\\\\Site", "Value", 1) end,
  verify = function()
    if $2 ~= 1 then return probe.modern("127.0.0.1", $2) == true, "not reached" end
    return registry.get("HKLM\\\\SOFTWARE\\\\Site", "Value") == 1
  end,
}
END
}
# Waits until the run that is open has ended; $waited is how long that took.
until_closed() {
  start=$(date +%s) waited=0
  while tlsmend status && grep -q 'open:' last; do
    [ "$waited" -lt 240 ] || fail "after $waited seconds the run is still open"
    sleep 3
    waited=$(($(date +%s) - start))
  done
}

runbook site 1 ''
tlsmend apply '.\site.lua' --yes --allow-unsigned --confirm-within 1 || fail "apply, to be confirmed: $?"
grep -q 'nothing else keeps it' last || fail "apply does not say what keeps it"
! grep -q 'no process waits' last || fail "apply has left nobody behind"
value || fail "the first apply has not written"
tlsmend status || fail "status"
! grep -q 'no process waits' last || fail "status sees nobody wait"
tlsmend confirm || fail "confirm"
value || fail "what was confirmed has been undone"
tlsmend rollback --yes || fail "rollback"
value && fail "the rollback has left the value"

# A verify that reads the registry passes, and keeps nothing.
tlsmend apply '.\site.lua' --yes --allow-unsigned --confirm-within 1 || fail "apply, not to be confirmed"
value || fail "the second apply has not written"
until_closed
undone=$waited
value && fail "nobody confirmed, and the value still stands"
tlsmend status || fail "status"
grep -q 'undone' last || fail "status does not say that the run is undone"
[ "$waited" -ge 30 ] || fail "undone after $waited seconds already"

# One that a server answers keeps it.
if command -v openssl >/dev/null; then
  openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=localhost 2>/dev/null
  openssl s_server -www -accept 127.0.0.1:0 -cert cert.pem -key key.pem >server 2>&1 </dev/null &
  server=$!
  trap 'kill "$server" 2>/dev/null || :; wineserver -k >/dev/null 2>&1 || :' EXIT
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    port=$(sed -n 's/^ACCEPT .*:\([0-9]*\)$/\1/p' server | head -n 1)
    [ -n "$port" ] && break
    sleep 1
  done
  runbook effect "$port" 'verifies = "effect",'
  tlsmend apply '.\effect.lua' --yes --allow-unsigned --confirm-within 1 || fail "apply, kept by its effect"
  grep -q "connects to a server: effect: 127.0.0.1:$port" last || fail "apply does not say that an effect keeps it"
  until_closed
  value || fail "the server has answered, and the value is gone"
  tlsmend rollback --yes || fail "rollback of what an effect has kept"
  kill "$server" 2>/dev/null || :
else
  echo "NOT RUN: $0: no openssl here, so nothing is kept by an effect. Install it with: sh tests/setup.sh" >&2
fi
echo "what is confirmed stays, what a server answers too; the rest is undone by itself, here after about $undone seconds"
