#!/bin/sh
# What the documents say is so: commands and options of README and docs are those of `tlsmend help`; exit codes and error codes
# are those of the header.
set -eu
cd "$TLSMEND_SOURCE"
work=$(mktemp -d "${TMPDIR:-/tmp}/tlsmend-docs.XXXXXX")
trap 'rm -rf "$work"' EXIT
failed=0
fail() {
  echo "FAILED: $*"
  failed=1
}
# same NAME: the sorted lists $work/NAME.code and $work/NAME.text are equal and not empty.
same() {
  [ -s "$work/$1.code" ] || fail "$1: the list of the code is empty"
  diff "$work/$1.code" "$work/$1.text" >"$work/diff" || { fail "$1 differ (< code, > document):"; cat "$work/diff"; }
}

# Error codes: number, name, exit code of the X-macro against docs/ERRORS.md.
sed -n 's/^  X(\(-*[0-9]*\), \([A-Z_]*\), \([0-9]*\), .*/\2 \1 \3/p' host/include/tlsmend/tlsmend.h | sort >"$work/errors.code"
sed -n 's/^| `\([A-Z_]*\)` | \(-*[0-9]*\) | \([0-9]*\) | [^ |].*/\1 \2 \3/p' docs/ERRORS.md | sort >"$work/errors.text"
same errors

# Commands: the lines of the overview against "tlsmend COMMAND" at the beginning of README's example lines.
"$TLSMEND" help >"$work/help"
sed -n 's/^  tlsmend \([a-z]*\) .*/\1/p' "$work/help" | sort -u >"$work/commands.code"
sed -n 's/^    tlsmend \([a-z]*\).*/\1/p; s/.*`tlsmend \(help\) .*/\1/p' README.md | sort -u >"$work/commands.text"
same commands

# Exit codes: README's table, the help text, and every code that the header maps an error to.
sed -n 's/^| \([0-9][0-9]*\) | .*/\1/p' README.md | sort -n >"$work/exits.text"
sed -n '/^Exit codes:/,$p' "$work/help" | tr -s ' ;:,()' '\n' | grep -Ex '[0-9]+' | grep -vx -e 8 -e 194 | sort -nu >"$work/exits.code"
same exits
cut -d' ' -f3 "$work/errors.code" | sort -u | while read -r code; do
  grep -qx "$code" "$work/exits.text" || echo "$code"
done >"$work/missing"
[ ! -s "$work/missing" ] || fail "exit codes of the header that README does not explain: $(cat "$work/missing")"

# Options: every long option that a document gives to tlsmend exists.
for command in $(cat "$work/commands.code"); do
  "$TLSMEND" help "$command" || fail "'tlsmend help $command' fails"
done >"$work/options"
grep -oE -- '--[a-z][a-z-]*' "$work/options" | sort -u >"$work/options.code"
[ "$(wc -l <"$work/options.code")" -ge 8 ] || fail "found too few options"
cat README.md docs/*.md | grep -E 'tlsmend|`--' | grep -vE '(cmake|pkg-config|ctest) ' | grep -oE -- '--[a-z][a-z-]*' | sort -u >"$work/options.text"
comm -13 "$work/options.code" "$work/options.text" >"$work/missing"
[ ! -s "$work/missing" ] || fail "options of the documents that no command has: $(tr '\n' ' ' <"$work/missing")"
exit $failed
