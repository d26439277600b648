#!/bin/sh
# docs/ERRORS.md has each error code of the header, with its number and exit code, and no others.
set -eu
cd "$TLSMEND_SOURCE"
work=$(mktemp -d "${TMPDIR:-/tmp}/tlsmend-errors.XXXXXX")
trap 'rm -rf "$work"' EXIT
sed -n 's/^  X(\(-*[0-9]*\), \([A-Z_]*\), \([0-9]*\), .*/\2 \1 \3/p' host/include/tlsmend/error.h | sort >"$work/header"
sed -n 's/^| `\([A-Z_]*\)` | \(-*[0-9]*\) | \([0-9]*\) | [^ |].*/\1 \2 \3/p' docs/ERRORS.md | sort >"$work/document"
[ "$(wc -l <"$work/header")" -ge 16 ] || { echo "FAILED: found too few codes in the header"; exit 1; }
diff "$work/header" "$work/document" || { echo "FAILED: the header (<) and docs/ERRORS.md (>) differ"; exit 1; }
