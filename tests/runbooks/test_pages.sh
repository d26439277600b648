#!/bin/sh
# Every runbook has a page in docs/runbooks, the list there names it, and every page belongs to a runbook.
set -eu
cd "$TLSMEND_SOURCE"
failed=0
for file in runbooks/*.lua; do
  id=$(basename "$file" .lua)
  if [ ! -s "docs/runbooks/$id.md" ] || ! grep -qF "($id.md)" docs/runbooks/README.md; then
    echo "FAILED: $id has no page docs/runbooks/$id.md that docs/runbooks/README.md names" >&2
    failed=1
  fi
done
for page in docs/runbooks/*.md; do
  id=$(basename "$page" .md)
  if [ "$id" != README ] && [ "$id" != MATRIX ] && [ ! -e "runbooks/$id.lua" ]; then
    echo "FAILED: $page is the page of no runbook" >&2
    failed=1
  fi
done
exit $failed
