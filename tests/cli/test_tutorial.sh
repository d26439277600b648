#!/bin/sh
# The tutorial of docs/RUNBOOKS.md is typed as it stands there: "<!-- file: NAME -->" before a block makes the block that file,
# "<!-- session -->" before one runs its "$ COMMAND" lines ("   # exit N" behind them) and looks for the lines below each in what
# it prints. Played by run.sh, in one folder, from top to bottom.
set -eu
: "${TLSMEND:?}" "${TLSMEND_SOURCE:?}"
work=$(mktemp -d "${TMPDIR:-/tmp}/tlsmend-tutorial.XXXXXX")
trap 'rm -rf "$work"' EXIT
page=$TLSMEND_SOURCE/docs/RUNBOOKS.md
{
  echo 'run cp "$CASES"/keys/ann.key board.key; cp "$CASES"/keys/ann.pub board.pub'
  awk '
    /^<!-- file: / { file = $3; next }
    /^<!-- session -->/ { session = 1; next }
    /^```/ && inside { if (file != "") print "end"; inside = 0; file = ""; session = 0; next }
    /^```/ && (file != "" || session) { inside = 1; if (file != "") print "file " file; next }
    inside && file != "" { print; next }
    inside && /^\$ / {
      code = 0
      if (match($0, / +# exit [0-9]+$/)) { code = $NF; $0 = substr($0, 1, RSTART - 1) }
      print; print "exit " code; next
    }
    inside { print "out " $0 }' "$page"
} >"$work/tutorial.case"
commands=$(grep -c '^\$ ' "$work/tutorial.case")
[ "$commands" -ge 18 ] || { echo "FAILED: found $commands commands in the tutorial, fewer than it has" >&2; exit 1; }
for word in new repl lint test snapshot plan approve apply status rollback; do
  grep -q "^\$ .*tlsmend $word" "$work/tutorial.case" || { echo "FAILED: the tutorial does not come to '$word'" >&2; exit 1; }
done
TLSMEND_JSON= sh "$TLSMEND_SOURCE/tests/cli/run.sh" "$work/tutorial.case"
echo "tutorial: $commands commands"
