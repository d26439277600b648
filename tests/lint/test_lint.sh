#!/bin/sh
# Each small runbook of tests/lint/bad has exactly the findings that its first lines expect, those of good have none, and the
# shipped runbooks have none. Those of docs/RUNBOOKS.md declare what they use. Every rule is expected somewhere.
set -u
: "${TLSMEND:?}" "${TLSMEND_SOURCE:?}"
cd "$TLSMEND_SOURCE/tests/lint" || exit 1
work=$(mktemp -d "${TMPDIR:-/tmp}/tlsmend-lint.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
bad=0
fail() {
  echo "FAILED: $*" >&2
  bad=1
}
for file in bad/*/*.lua; do
  sed -n "s|^-- expect: \([a-z0-9-]*\) at line \([0-9]*\)\$|$file:\2: \1|p" "$file"
done | sort >"$work/expected"
"$TLSMEND" lint bad/*/*.lua >"$work/out" 2>&1
[ $? -eq 2 ] || fail "bad runbooks: not exit 2: $(tail -3 "$work/out")"
sed -n '/: note: /d; s|^\(bad/[^:]*:[0-9]*: [a-z0-9-]*\): .*|\1|p' "$work/out" | sort >"$work/found"
diff "$work/expected" "$work/found" >&2 || fail "bad runbooks: findings differ (< expected, > found)"
"$TLSMEND" lint good/*/*.lua >"$work/out" 2>&1 || fail "good runbooks: $(cat "$work/out")"
# What cannot be told is said, and is no finding.
sed -n 's|^-- note: line \([0-9]*\)$|good/text/computed.lua:\1: note|p' good/text/computed.lua | sort >"$work/expected_notes"
sed -n 's|^\(good/text/computed.lua:[0-9]*: note\): .*|\1|p' "$work/out" | sort >"$work/found_notes"
[ -s "$work/expected_notes" ] && diff "$work/expected_notes" "$work/found_notes" >&2 || fail "notes differ"
"$TLSMEND" lint $("$TLSMEND" list | cut -d' ' -f1) >"$work/out" 2>&1 || fail "shipped runbooks: $(cat "$work/out")"
# The tutorial makes a mistake on purpose.
awk -v work="$work" '
  /^```lua/ { inside = 1; text = ""; next }
  /^```/ { if (inside && text ~ /run = function/) printf "%s", text >(work "/example" ++count ".lua"); inside = 0 }
  inside { sub("enabel", "ensure"); text = text $0 "\n" }' "$TLSMEND_SOURCE/docs/RUNBOOKS.md"
[ "$(ls "$work"/example*.lua | wc -l)" -ge 4 ] || fail "docs/RUNBOOKS.md has fewer examples than it had"
"$TLSMEND" lint "$work"/example*.lua >"$work/out" 2>&1
grep -q '4 files' "$work/out" && ! grep -E ': (needs|restart)-' "$work/out" >&2 || fail "the needs of examples in docs/RUNBOOKS.md"
for rule in $(sed -n 's/^rule("\([a-z0-9-]*\)".*/\1/p' "$TLSMEND_SOURCE/host/lua/lint/rules.lua"); do
  grep -q ": $rule\$" "$work/expected" || fail "the rule $rule is expected nowhere"
done
for rule in $(sed 's/.*: //' "$work/expected" | sort -u); do
  grep -q "^rule(\"$rule\"" "$TLSMEND_SOURCE/host/lua/lint/rules.lua" || fail "there is no rule $rule"
done
[ "$(ls bad/*/*.lua | wc -l)" -ge 50 ] && [ "$(ls good/*/*.lua | wc -l)" -ge 50 ] || fail "fewer than fifty of a kind"
[ $bad -eq 0 ] && echo "lint: $(ls bad/*/*.lua | wc -l) bad, $(ls good/*/*.lua | wc -l) good"
exit $bad
