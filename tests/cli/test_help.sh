#!/bin/sh
# What `help COMMAND` says is so: each command has examples, they are understood as they stand, no line is too long for a terminal, and
# each option that is listed is one that the command takes.
set -u
: "${TLSMEND:?}" "${TLSMEND_SOURCE:?}"
work=$(mktemp -d "${TMPDIR:-/tmp}/tlsmend-help.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
bad=0
fail() {
  echo "FAILED: $*" >&2
  bad=1
}

# What the examples speak of.
cp "$TLSMEND_SOURCE"/tests/cli/keys/* .
mkdir my-runbooks packages
"$TLSMEND" snapshot -m sim:win7-sp1-x64 -o pc.reg >out 2>&1 && "$TLSMEND" new my-runbook >>out 2>&1 &&
  sed 's/my-runbook/other/' my-runbook.lua >other.lua || { cat out >&2; exit 1; }

examples=0
for command in $("$TLSMEND" help | sed -n 's/^  tlsmend \([a-z]*\) .*/\1/p'); do
  "$TLSMEND" help "$command" >help
  awk 'length > 80 { exit 1 }' help || fail "help $command has a line of more than 80 characters"
  sed '1,/^For example:$/d; s/^  tlsmend //' help >examples
  [ -s examples ] || fail "help $command has no example"
  while read -r example; do
    examples=$((examples + 1))
    "$TLSMEND" $example </dev/null >out 2>&1
    code=$?
    [ "$code" -ne 64 ] || grep -q 'this is not Windows' out || fail "$example: $(cat out)"
    [ "${example%% *}" = "$command" ] || fail "help $command has an example of another command: $example"
  done <examples
  for option in $(grep -o '^  [- ][a-z ][, ] --[a-z-]*' help | sed 's/.* //'); do
    "$TLSMEND" "$command" "$option" x </dev/null >out 2>&1
    grep -q "'$command' takes no $option\|unknown option" out && fail "help $command lists $option: $(cat out)"
  done
done
[ "$examples" -ge 25 ] || fail "only $examples examples"
[ "$bad" -eq 0 ] && echo "$examples examples"
exit "$bad"
