#!/bin/sh
# valgrind.sh [FILE.case...]: plays the cases with the command under valgrind: a read of what was not written, a use of what was freed
# and a lost block are exit 99, which no case expects. All of them take about half an hour; without sanitizers (preset dev).
# The loop of busy.case is a tenth as long here: valgrind makes it last beyond the limit of time.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
binary=${TLSMEND_BINARY:-$here/../../build/dev}
command -v valgrind >/dev/null || { echo "NOT RUN: $0: no valgrind here. Install it with: sh tests/setup.sh" >&2; exit 77; }
if grep -q '^TLSMEND_SANITIZE:BOOL=ON' "$binary/CMakeCache.txt"; then
  echo "NOT RUN: $0: valgrind and the sanitizers do not go together: name a build without them in TLSMEND_BINARY" >&2
  exit 77
fi
work=$(mktemp -d "${TMPDIR:-/tmp}/tlsmend-valgrind.XXXXXX")
trap 'rm -rf "$work"' EXIT
chmod a+rx "$work"
cp "$binary/tlsmend" "$work/tlsmend" # where somebody unprivileged can reach it
TLSMEND="valgrind -q --error-exitcode=99 --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite $work/tlsmend"
TLSMEND_JSON=${TLSMEND_JSON:-$binary/tests/cli/json_at}
export TLSMEND TLSMEND_JSON
sed 's/4e8/4e7/' "$here/run/busy.case" >"$work/busy.case"
[ $# -gt 0 ] || set -- $(ls "$here"/*/*.case | grep -v /busy.case) "$work/busy.case"
bad=0
for file; do
  begun=$(date +%s)
  if sh "$here/run.sh" "$file"; then
    echo "ok: $(basename "$file") $(($(date +%s) - begun)) s"
  else
    bad=1
  fi
done
exit $bad
