#!/bin/sh
# The event log: `install` registers the source and nothing else does; start, end and refusal of a run reach ReportEventW with all
# that they mean in their text.
set -eu
. "$TLSMEND_SOURCE/tests/wine/prefix.sh"
rm -rf "$TLSMEND_BINARY/tests/wine/event"
wine_prefix event
cp "$TLSMEND_WIN64" "$work/tlsmend.exe"
source='HKLM\SYSTEM\CurrentControlSet\Services\EventLog\Application\tlsmend'

fail() {
  echo "FAILED: $*" >&2
  cat "$work/last" >&2
  exit 1
}
registered() { wine reg.exe query "$source" >"$work/last" 2>&1; }
tlsmend() { wine "$work/tlsmend.exe" "$@" >"$work/last" 2>&1; }

cat >"$work/site.lua" <<'END'
local registry = require "registry"
return {
  id = "site", version = "1.0.0", title = "Site", references = {}, params = {},
  needs = { registry = { "HKLM\\SOFTWARE\\Site" } },
  run = function() registry.set("HKLM\\SOFTWARE\\Site", "Value", 1) end,
}
END
registered && fail "the source is there before anything was done"
tlsmend apply "$(winepath -w "$work/site.lua")" --yes --allow-unsigned || fail "apply"
tlsmend rollback --yes || fail "rollback"
registered && fail "a run has registered the source"
tlsmend install || fail "install"
registered || fail "install has not registered the source"
grep -q 'EventMessageFile.*REG_EXPAND_SZ.*EventCreate.exe' "$work/last" || fail "no message file"
grep -q 'TypesSupported.*REG_DWORD.*0x7' "$work/last" || fail "no types"
tlsmend install || fail "install twice"
tlsmend apply "$(winepath -w "$work/site.lua")" --yes --allow-unsigned || fail "apply, registered"
tlsmend rollback --yes || fail "rollback, registered"
# Wine has no viewer; what its ReportEventW was given is seen in its trace.
logs() { # TEXT ARGUMENT...
  text=$1
  shift
  WINEDEBUG=-all,trace+eventlog,warn+eventlog,err+eventlog wine "$work/tlsmend.exe" "$@" >"$work/last" 2>&1 || :
  grep -Eq "ReportEventW.*$text" "$work/last" || fail "$*: no event '$text'"
}
site=$(winepath -w "$work/site.lua")
logs 'tlsmend apply on live was refused \(E_REFUSED\): .*allow-unsigned' apply "$site" --yes
logs 'tlsmend apply: run [0-9]+-[0-9]+-[0-9]+ begins on live: site 1.0.0. 2 changes' apply "$site" --yes --allow-unsigned
logs 'tlsmend rollback: run [-0-9]+ on live: rolled back' rollback --yes
logs 'tlsmend apply: run [-0-9]+ on live: done. Journal: .*journal' apply "$site" --yes --allow-unsigned
tlsmend rollback --yes || fail "the last rollback"
tlsmend uninstall || fail "uninstall"
registered && fail "uninstall has left the source"
tlsmend uninstall || fail "uninstall twice"
echo "the event source is registered by install only; start, end and refusal are events"
