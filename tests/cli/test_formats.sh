#!/bin/sh
# What other tools read, read by them: JUnit by python3-junitparser, SARIF by Microsoft's validator, Terraform's plan by a program
# that shows such plans. The last two come from npm, into the build folder; what cannot be had is said and left out.
set -eu
: "${TLSMEND:?}" "${TLSMEND_BINARY:?}"
work=$(mktemp -d "${TMPDIR:-/tmp}/tlsmend-formats.XXXXXX")
trap 'rm -rf "$work"' EXIT
ran=0
fail() {
  echo "FAILED: $*" >&2
  exit 1
}
skip() { echo "SKIPPED: $1 is not read by another program: $2" >&2; }

cat >"$work/odd.lua" <<'LUA'
local registry, log = require "registry", require "log"
local KEY = "HKLM\\SOFTWARE\\Odd <&> \"ünï\" ]]> \u{1}"
return { id = "odd", version = "1.0.0", title = "<odd> & \"quoted\"", needs = { registry = { KEY } }, run = function()
  registry.set(KEY, "a\tb", "\u{7}bell \u{FFFE} <x>", { why = "why & <why>" })
  registry.set(KEY, "", 1)
  registry.set(KEY, "secret", "hunter2", { secret = true })
  log.finding "attention <&>"
end }
LUA
write() { # NAME RUNBOOK MACHINE
  for format in junit sarif terraform; do
    "$TLSMEND" plan "$2" -m "$3" --state "$work/none" --format $format >"$work/$1.$format" 2>"$work/err" ||
      case $? in 2 | 5) ;; *) fail "$1 $format: $(cat "$work/err")" ;; esac
    if grep -q hunter2 "$work/$1.$format"; then fail "a secret stands in $1.$format"; fi
  done
}
write needed winhttp-tls12 sim:win7-sp1-x64
write compliant winhttp-tls12 sim:win11-24h2-x64
write aside winhttp-tls12 sim:win8-x64
write odd "$work/odd.lua" sim:win7-sp1-x64
"$TLSMEND" snapshot -m sim:win7-sp1-x64+KB3140245 -o "$work/pc.reg" >/dev/null
for format in junit sarif terraform; do
  rm -rf "$work/pc.reg.tlsmend"
  "$TLSMEND" apply winhttp-tls12 -m "sim:$work/pc.reg" --yes --format $format >"$work/done.$format" 2>/dev/null
  "$TLSMEND" rollback -m "sim:$work/pc.reg" --yes --format $format >"$work/back.$format" 2>/dev/null
done

# JUnit.
cat >"$work/junit.py" <<'PY'
import sys, junitparser
for path in sys.argv[1:]:
    xml = junitparser.JUnitXml.fromfile(path)
    cases = [case for suite in xml for case in suite]
    failures = sum(any(isinstance(r, junitparser.Failure) for r in case.result) for case in cases)
    skipped = sum(any(isinstance(r, junitparser.Skipped) for r in case.result) for case in cases)
    names = {(case.classname, case.name) for case in cases}
    assert cases and len(names) == len(cases), path
    assert (xml.tests, xml.failures, xml.skipped, xml.errors) == (len(cases), failures, skipped, 0), path
    want = {"needed": failures > 0, "compliant": failures == 0 and skipped == 0, "aside": failures == 0 and skipped == 1,
            "odd": failures == len(cases), "done": failures == 0, "back": failures == len(cases)}
    assert want[path.split("/")[-1].split(".")[0]], (path, failures, skipped)
print(len(sys.argv) - 1, "JUnit files")
PY
python=
for candidate in python3 /usr/bin/python3; do
  "$candidate" -c 'import junitparser' 2>/dev/null && python=$candidate && break
done
if [ -n "$python" ]; then
  "$python" "$work/junit.py" "$work"/*.junit || fail "JUnit"
  ran=1
else
  skip JUnit "apt-get install python3-junitparser"
fi

# The two of npm.
tools=$TLSMEND_BINARY/npm
sarif=$tools/node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool
terraform=$tools/node_modules/@ahmadnassri/terraform-unidiff/bin.js
if command -v npm >/dev/null && { [ ! -f "$sarif" ] || [ ! -f "$terraform" ]; }; then
  mkdir -p "$tools"
  (cd "$tools" && timeout 300 npm install --no-audit --no-fund --no-save --ignore-scripts --prefix . \
    @microsoft/sarif-multitool-linux@5.7.0 @ahmadnassri/terraform-unidiff@4.0.5 >npm.log 2>&1) || true
fi
if [ -f "$sarif" ] && [ "$(uname -m)" = x86_64 ]; then
  chmod u+x "$sarif"
  for file in "$work"/*.sarif; do
    DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 "$sarif" validate "$file" >"$work/out" 2>&1 || fail "SARIF: $(cat "$work/out")"
    if grep -E 'error (SARIF|JSON)|: error ' "$work/out"; then fail "SARIF: $file"; fi
    grep -q 'Analysis completed successfully' "$work/out" || fail "SARIF: $(cat "$work/out")"
  done
  sed 's/"version": "2.1.0"/"version": "2.1"/; s/"message"/"massage"/' "$work/needed.sarif" >"$work/bad.sarif"
  DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 "$sarif" validate "$work/bad.sarif" >"$work/out" 2>&1 || true
  grep -qi error "$work/out" || fail "the validator finds nothing in a broken file"
  ran=1
else
  skip SARIF "npm install @microsoft/sarif-multitool-linux"
fi
if [ -f "$terraform" ] && command -v node >/dev/null; then
  for file in "$work"/*.terraform; do
    node "$terraform" "$file" >"$work/out" 2>&1 || fail "Terraform: $file: $(cat "$work/out")"
    case $file in
      */needed.*) grep -q '^Plan: [1-9][0-9]* to add, 0 to change, 0 to destroy' "$work/out" || fail "Terraform: $(tail -n 1 "$work/out")" ;;
      */compliant.* | */done.*) grep -q '^Plan: 0 to add, 0 to change, 0 to destroy' "$work/out" || fail "Terraform: $(tail -n 1 "$work/out")" ;;
    esac
  done
  ran=1
else
  skip "Terraform's plan" "npm install @ahmadnassri/terraform-unidiff"
fi
[ "$ran" = 1 ] || exit 77
