#!/bin/sh
# On Wine's registry: the plans of the shipped runbooks come true, value by value, as Wine's own reg exports it; a rollback gives
# the very same export again; and a site's policy binds the live machine wherever --state points.
set -eu
: "${TLSMEND_SOURCE:?}" "${TLSMEND_BINARY:?}"
. "$TLSMEND_SOURCE/tests/wine/prefix.sh"
wine_prefix board
cd "$work"
command -v python3 >/dev/null || {
  echo "SKIPPED: python3 compares the exports: apt-get install python3" >&2
  exit 77
}
tlsmend() { wine "$TLSMEND_WIN64" "$@" 2>errors; }
fail() {
  echo "FAILED: $*" >&2
  cat errors >&2
  exit 1
}
cp "$TLSMEND_SOURCE"/tests/cli/keys/* .
rm -rf "$WINEPREFIX/drive_c/ProgramData/tlsmend" "$WINEPREFIX/drive_c/runs"
wine winecfg -v win81 >/dev/null 2>&1

# Everything that runbooks may touch; not the list of network cards, which Wine fills in by itself some seconds after its first start.
export_to() { # NAME
  for tree in 'HKLM\SOFTWARE\Microsoft' 'HKLM\SOFTWARE\Wow6432Node' 'HKLM\SOFTWARE\Policies' \
    'HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders'; do
    wine reg export "$tree" part.reg /y >/dev/null 2>&1 || { rm -f part.reg; wine reg export "$tree" part.reg >/dev/null 2>&1; } ||
      fail "reg export $tree"
    iconv -f UTF-16 -t UTF-8 part.reg
  done >whole.txt
  awk '/^\[/ { skip = tolower($0) ~ /\\networkcards(\\|])/ } !skip' whole.txt >"$1"
}

wine reg add 'HKLM\SOFTWARE\Policies' /f >/dev/null 2>&1 || : # so that there is something to export

cat >compare.py <<'PY'
import json, sys
def parse(path):
    keys, key, line = {}, None, ""
    for text in open(path, encoding="utf-8", newline="").read().replace("\r\n", "\n").split("\n"):
        line += text.strip() if line else text
        if line.endswith("\\") and not line.startswith("["):
            line = line[:-1]
            continue
        if line.startswith("["): key = keys.setdefault(line[1:-1].lower(), {})
        elif "=" in line and key is not None:
            name = "" if line.startswith("@=") else json.loads(line[:line.index('"=') + 1])
            key[name.lower()] = line[line.index('=' if line.startswith("@=") else '"=') + (1 if line.startswith("@=") else 2):]
        line = ""
    return keys
def stored(change):
    path = change["key"].replace("HKLM", "HKEY_LOCAL_MACHINE", 1)
    if change["view"] == 32: path = path.replace("\\SOFTWARE\\", "\\SOFTWARE\\Wow6432Node\\", 1)
    return path.lower()
before, plan, after = parse(sys.argv[1]), json.load(open(sys.argv[2])), parse(sys.argv[3])
for change in plan["changes"]:
    key = stored(change)
    if change["kind"] == "key-create": before[key] = {}
    elif change["kind"] == "key-delete": del before[key]
    elif change["kind"] == "value-delete": del before[key][change["name"].lower()]
    elif change["kind"] == "value-set":
        assert change["after"]["type"] == "REG_DWORD", "only REG_DWORD is spelled here"
        before[key][change["name"].lower()] = "dword:%08x" % change["after"]["data"]
    else: sys.exit("this plan has a " + change["kind"])
for key in sorted(set(before) | set(after)):
    if before.get(key) != after.get(key): sys.exit("FAILED: %s: predicted %s, is %s" % (key, before.get(key), after.get(key)))
print(len(plan["changes"]), "changes,", len(after), "keys as predicted")
PY

proven=0
for runbook in $(tlsmend list | tr -d '\r' | awk '{print $1}'); do
  code=0
  tlsmend plan "$runbook" --state 'C:\runs' --format json >"$runbook.json" || code=$?
  [ "$code" = 2 ] || continue
  if grep -q '"kind": "update-install"' "$runbook.json"; then continue; fi
  export_to before.txt
  tlsmend apply "$runbook" --state 'C:\runs' --yes >out || fail "$runbook: apply: $(tail -n 3 out)"
  export_to after.txt
  python3 compare.py before.txt "$runbook.json" after.txt >out || fail "$runbook: $(cat out)"
  echo "$runbook: $(cat out)"
  tlsmend rollback --state 'C:\runs' --yes >out || fail "$runbook: rollback"
  export_to again.txt
  diff before.txt again.txt >out || fail "$runbook: the export after the rollback differs: $(cat out)"
  proven=$((proven + 1))
done
[ "$proven" -ge 3 ] || fail "only $proven runbooks had something to do"

# The policy of the site.
mkdir -p "$WINEPREFIX/drive_c/ProgramData/tlsmend"
printf '{"schema": "tlsmend-policy/1", "approvals": 1, "expiry": true, "keys": ["%s"]}\n' "$(tail -n 1 ann.pub)" \
  >"$WINEPREFIX/drive_c/ProgramData/tlsmend/policy.json"
refused() { # TEXT ARGUMENT...
  text=$1
  shift
  code=0
  tlsmend apply --yes "$@" >out || code=$?
  [ "$code" = 3 ] && grep -q "$text" errors || fail "apply $*: $code, not refused with '$text'"
}
tlsmend plan dotnet-strong-crypto -o site.plan >out || :
refused 'demands an approved plan' dotnet-strong-crypto
refused 'demands an approved plan' dotnet-strong-crypto --state 'C:\elsewhere'
refused '0 of 1 approval that' --plan site.plan --state 'C:\elsewhere'
tlsmend approve site.plan -s ann.key --approver Ann >out || fail approve
refused '0 of 1 approval that' --plan site.plan
tlsmend approve site.plan -s ann.key --approver Ann --expires 2d >out || fail approve
tlsmend apply --plan site.plan --yes --state 'C:\runs' >out || fail "an approved plan: $(cat out)"
tlsmend rollback --state 'C:\runs' --yes >out || fail rollback
refused 'applied before' --plan site.plan --state 'C:\runs'
rm -rf "$WINEPREFIX/drive_c/ProgramData/tlsmend"
echo "$proven runbooks, and the policy of the site"
