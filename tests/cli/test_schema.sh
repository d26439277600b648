#!/bin/sh
# Plans of every built-in machine are valid by docs/plan.schema.json, as python3-jsonschema reads it; and the schema is not so
# loose that damaged ones pass.
set -eu
: "${TLSMEND:?}" "${TLSMEND_SOURCE:?}"
python=
for candidate in python3 /usr/bin/python3; do
  "$candidate" -c 'import jsonschema; jsonschema.Draft202012Validator' 2>/dev/null && python=$candidate && break
done
[ -n "$python" ] || {
  echo "SKIPPED: plans are not validated by their schema: apt-get install python3-jsonschema" >&2
  exit 77
}
work=$(mktemp -d "${TMPDIR:-/tmp}/tlsmend-schema.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/packages"
echo stand-in >"$work/packages/windows6.1-kb3140245-x64.msu"
cat >"$work/odd.lua" <<'LUA'
local registry = require "registry"
local KEY = "HKLM\\SOFTWARE\\Odd \"<&>\\ünïcödé"
return { id = "odd", version = "1.0.0", title = "every kind of value", references = { "https://example.org/?a=1&b=2" },
  needs = { registry = { KEY, "HKLM\\SYSTEM\\CurrentControlSet\\Control\\ComputerName" } },
  params = { pass = { type = "string", default = "", secret = true, help = "a secret" } },
  run = function(params)
    registry.set(KEY, "", "default value")
    registry.set(KEY, "dword", 4294967295)
    registry.set(KEY, "qword", 0x7fffffffffffffff, { type = "REG_QWORD" })
    registry.set(KEY, "multi", { "a", "ä" })
    registry.set(KEY, "expand", "%windir%", { type = "REG_EXPAND_SZ" })
    registry.set(KEY, "binary", "\0\1\2", { type = "REG_BINARY" })
    registry.set(KEY, "short", "\1", { type = "REG_DWORD_BIG_ENDIAN" })
    registry.set(KEY .. "\\secret", "password", params.pass, { secret = true, why = "a <secret>" })
    registry.values(KEY)
    registry.delete_key "HKLM\\SYSTEM\\CurrentControlSet\\Control\\ComputerName\\ActiveComputerName"
  end }
LUA
cat >"$work/check.py" <<'PY'
import copy, json, sys
import jsonschema
schema = json.load(open(sys.argv[1]))
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
refused = total = 0
for path in sys.argv[2:]:
    plan = json.load(open(path))
    for error in validator.iter_errors(plan):
        sys.exit("FAILED: %s: %s at %s" % (path, error.message[:300], list(error.absolute_path)))
    # Every member that is taken away, and every one that is replaced by an object, must show.
    def damage(node, at):
        if isinstance(node, dict):
            for name in list(node):
                yield at + [name]
                yield from damage(node[name], at + [name])
        elif isinstance(node, list):
            for index, item in enumerate(node[:3]):
                yield from damage(item, at + [index])
    for at in damage(plan, []):
        if "params" in at[:-1] or "answer" in at[:-1] or "raw" in at or "secret_params" in at or "secret" in at: continue
        for how in ("delete", "replace"):
            if how == "replace" and at[-1] == "params": continue
            if how == "delete" and "picture" in at: continue # what is not told of it is left out
            bad = copy.deepcopy(plan)
            node = bad
            for step in at[:-1]: node = node[step]
            if how == "delete": del node[at[-1]]
            else: node[at[-1]] = {"unheard": "of"}
            total += 1
            if validator.is_valid(bad): sys.exit("FAILED: %s is valid after %s of %s" % (path, how, at))
print("%d plans, %d damaged ones refused" % (len(sys.argv) - 2, total))
PY
count=0
for machine in win7-sp1-x64 win7-sp1-x86 ws2008r2-sp1-x64 ws2012-x64 ws2012r2-x64 ws2008-sp2-x86 ws2016-x64 win10-22h2-x64 \
  win11-24h2-x64 ws2025-x64 win7-sp1-x64+KB3140245; do
  "$TLSMEND" plan winhttp-tls12 -m "sim:$machine" --state "$work/none" -p package="$work/packages" -o "$work/$machine.plan" \
    >/dev/null 2>"$work/err" || case $? in 2 | 5) ;; *) echo "FAILED: $machine: $(cat "$work/err")"; exit 1 ;; esac
done
"$TLSMEND" plan "$work/odd.lua" -m sim:win7-sp1-x64 -p pass=hunter2 -o "$work/odd.plan" >"$work/out" || test $? = 2
grep -q hunter2 "$work/odd.plan" "$work/out" && { echo "FAILED: a secret stands in clear"; exit 1; }
"$TLSMEND" apply --plan "$work/odd.plan" --yes --allow-unsigned --state "$work/none" >/dev/null 2>"$work/err" && code=0 || code=$?
[ "$code" = 3 ] && grep -q 'give it again' "$work/err" || { echo "FAILED: a plan with secrets: $code $(cat "$work/err")"; exit 1; }
"$python" "$work/check.py" "$TLSMEND_SOURCE/docs/plan.schema.json" "$work"/*.plan

# What apply, resume, rollback and status say.
"$TLSMEND" snapshot -m sim:win7-sp1-x64 -o "$work/pc.reg" >/dev/null
number=0
say() { # a report of this command line
  number=$((number + 1))
  "$TLSMEND" "$@" --format json >"$work/$number.json" 2>"$work/err" || case $? in 1 | 194) ;; *) echo "FAILED: $*: $(cat "$work/err")"; exit 1 ;; esac
}
"$TLSMEND" plan winhttp-tls12 -m "sim:$work/pc.reg" -p package="$work/packages" -o "$work/saved" >/dev/null 2>&1 || test $? = 2
"$TLSMEND" approve "$work/saved" -s "$TLSMEND_SOURCE/tests/cli/keys/ann.key" --approver Ann >/dev/null
say status -m "sim:$work/pc.reg"
say apply --plan "$work/saved" --approved-by "$TLSMEND_SOURCE/tests/cli/keys/ann.pub" --yes
say status -m "sim:$work/pc.reg"
say resume -m "sim:$work/pc.reg"
say apply winhttp-tls12 -m "sim:$work/pc.reg" --yes
say rollback -m "sim:$work/pc.reg" --yes
say status -m "sim:$work/pc.reg"
grep -q '"approver": "Ann"' "$work/2.json" || { echo "FAILED: the report does not say who has approved"; exit 1; }
cat >"$work/report.py" <<'PY'
import json, sys
import jsonschema
schema = json.load(open(sys.argv[1]))
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
for path in sys.argv[2:]:
    report = json.load(open(path))
    which = schema["oneOf"]["status" in report["schema"]]
    for error in jsonschema.Draft202012Validator(dict(which, **{"$defs": schema["$defs"]})).iter_errors(report):
        sys.exit("FAILED: %s: %s at %s" % (path, error.message[:300], list(error.absolute_path)))
    for name in ("schema", "result", "machine"):
        bad = dict(report)
        del bad[name]
        assert not validator.is_valid(bad), (path, name)
    assert not validator.is_valid(dict(report, result="perhaps"))
print(len(sys.argv) - 2, "reports and states")
PY
"$python" "$work/report.py" "$TLSMEND_SOURCE/docs/report.schema.json" "$work"/*.json
