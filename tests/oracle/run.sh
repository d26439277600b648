#!/bin/sh
# run.sh COUNT [SEED [FIRST]]: compares the model with the oracle on COUNT random machines; see README.md.
cd "$(dirname "$0")/../.." || exit 1
if ! command -v python3 >/dev/null; then
  echo "SKIPPED tests/oracle: no python3" >&2
  exit 77
fi
PYTHONDONTWRITEBYTECODE=1 exec python3 tests/oracle/compare.py "$@"
