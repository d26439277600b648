#!/bin/sh
# run.sh [-s SEED] [SECONDS [TARGET...]]: lets each fuzz target run for SECONDS (60), one after the other, and prints what each came
# to. Without TARGET: all of them. The corpus in the build folder grows from run to run; an input that fails is kept beside it.
# SEED makes a run on a fresh folder try the same inputs again (0, without -s: others each time).
#   sh tests/fuzz/run.sh 300             five minutes each: an hour
set -eu
seed=0
if [ "${1:-}" = -s ]; then
  seed=${2:?a number} && shift 2
fi
seconds=${1:-60}
[ $# -eq 0 ] || shift
TLSMEND_SOURCE=${TLSMEND_SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}
TLSMEND_BINARY=${TLSMEND_BINARY:-$TLSMEND_SOURCE/build/dev}
TLSMEND=${TLSMEND:-$TLSMEND_BINARY/tlsmend}
export TLSMEND_SOURCE TLSMEND
programs=$TLSMEND_SOURCE/build/fuzz/tests/fuzz
here=$TLSMEND_SOURCE/tests/fuzz
if [ ! -x "$programs/fuzz_regfile" ]; then
  echo "NOT RUN: $0: no $programs; as root: sh tests/setup.sh; then cmake --preset fuzz && cmake --build --preset fuzz" >&2
  exit 77
fi
[ $# -gt 0 ] || set -- $(cd "$here" && ls fuzz_*.c | sed 's/^fuzz_//; s/\.c$//')

# Everything but what the log says last: runs, covered edges, corpus.
tell() {
  runs=$(sed -n 's/^Done \([0-9]*\) runs in \([0-9]*\) second.*/\1 \2/p' "$work/log")
  covered=$(grep -o 'cov: [0-9]* ft: [0-9]* corp: [0-9]*' "$work/log" | tail -n 1)
  echo "$1 $runs $covered" | awk '{ printf "%-10s %9d runs, %6d/s, %5d edges, %5d inputs kept\n", $1, $2, $2 / ($3 ? $3 : 1), $5, $9 }'
}

bad=0
for target; do
  work=$TLSMEND_BINARY/tests/fuzz/$target
  mkdir -p "$work"
  sh "$here/seeds.sh" "$target" "$work/corpus"
  most=4096
  case $target in
    plan | page | journal | resume | bundle) most=65536 ;;
    tls) most=600 ;;
  esac
  [ -s "$work/corpus.words" ] && dictionary=-dict=$work/corpus.words || dictionary=
  if "$programs/fuzz_$target" -seed="$seed" -max_total_time="$seconds" -max_len=$most -timeout=20 -rss_limit_mb=2048 $dictionary \
    -artifact_prefix="$work/" "$work/corpus" >"$work/log" 2>&1; then
    tell "$target"
  else
    tail -n 60 "$work/log" >&2
    echo "FAILED: $target: $work/log; the input that fails stands beside it. Its way out: mend it, add it to seeds.sh" >&2
    bad=1
  fi
done
exit $bad
