#!/bin/sh
# run.sh [compare|sound|verdicts|mutants] COUNT [SEED [FIRST]]: the programs of this folder, in the root of the sources; see README.md.
cd "$(dirname "$0")/../.." || exit 1
if ! command -v python3 >/dev/null; then
  echo "SKIPPED tests/oracle: no python3" >&2
  exit 77
fi
case ${1-} in
compare | sound | mutants | verdicts) program=$1 && shift ;;
*) program=compare ;;
esac
PYTHONDONTWRITEBYTECODE=1 exec python3 "tests/oracle/$program.py" "$@"
