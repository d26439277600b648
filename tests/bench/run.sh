#!/bin/sh
# run.sh [SECTION...]: measures tlsmend beside what a user would take instead and prints a table for docs/BENCHMARKS.md.
# Sections: plan reads batch large status test extract live often size worker; default: all, in about eight minutes.
# Needs the release and win64 builds (it makes them; with TREE=DIR it measures what stands built in another tree),
# hyperfine, hivexregedit, minisign and Wine; says loudly what it left out. The figures are medians of one run, in turn
# with what stands beside them; compare the ratios, not the milliseconds, and leave the machine alone meanwhile.
set -eu
cd "$(dirname "$0")/../.."
bench=$PWD/tests/bench
root=${TREE:-$PWD}
sections=${*:-plan reads batch large status test extract live often size worker}
work=$(mktemp -d "${TMPDIR:-/tmp}/tlsmend-bench.XXXXXX")
trap 'wineserver -k >/dev/null 2>&1 || :; rm -rf "$work"' EXIT
for tool in hyperfine /usr/bin/time lua5.4; do
  command -v $tool >/dev/null || { echo "bench: $tool is missing: apt-get install hyperfine time lua5.4" >&2; exit 1; }
done

[ -n "${TREE:-}" ] || for preset in release win64; do
  cmake --preset $preset >"$work/log" 2>&1 && cmake --build build/$preset >>"$work/log" 2>&1 ||
    { cat "$work/log" >&2; exit 1; }
done
tlsmend=$root/build/release/tlsmend
exe=$root/build/win64/tlsmend.exe
cd "$work"

echo "machine: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), $(nproc) cores," \
  "$(sed -n 's/^PRETTY_NAME="\(.*\)"/\1/p' /etc/os-release), load $(cut -d' ' -f1 /proc/loadavg)"
echo
echo "| what | tlsmend | beside it | ratio | aim |"
echo "|---|---|---|---|---|"

row() { printf '| %s | %s | %s | %s | %s |\n' "$1" "$2" "$3" "$4" "$5"; }

# not_run WHAT TOOL PACKAGE: a row that says so, loudly. False: the tool is there.
not_run() {
  ! command -v "$2" >/dev/null || return 1
  echo "bench: NOT RUN: $1: $2 is missing: apt-get install $3" >&2
  row "$1" "NOT RUN: $2 is missing" "" "" ""
}

# against WHAT BESIDE AIM RUNS OURS THEIRS: one row of two commands in turn
against() {
  times=$(lua5.4 "$bench/ratio.lua" "$4" "$5" "$6")
  echo "$times" | awk -v what="$1" -v beside="$2" -v aim="$3" '
    { printf "| %s | %.1f ms | %s: %.1f ms | %.2f | %s |\n", what, $1, beside, $2, $3, aim }'
}

# column FILE ROW COLUMN of hyperfine's CSV
column() { awk -F, -v row="$2" -v column="$3" 'NR == row + 1 { print $column }' "$1"; }

# peak COMMAND...: most memory that it had, in KiB
peak() {
  /usr/bin/time -f %M -o memory "$@" >/dev/null 2>&1 || :
  tail -1 memory
}

plan() {
  hyperfine -N -i --warmup 30 --runs 300 --export-csv plan.csv \
    "$tlsmend plan winhttp-tls12 -m sim:win7-sp1-x64" 'lua5.4 -e ""' >/dev/null 2>&1
  awk -v a="$(column plan.csv 1 4)" -v b="$(column plan.csv 2 4)" 'BEGIN {
    printf "| plan winhttp-tls12 -m sim:win7-sp1-x64, whole process "
    printf "| %.2f ms | lua5.4 -e \"\": %.2f ms | %.2f | 3 |\n", a * 1000, b * 1000, a / b }'
  kib=$(peak "$tlsmend" plan winhttp-tls12 -m sim:win7-sp1-x64)
  row "the same, peak memory" "$((kib / 1024)).$((kib % 1024 * 10 / 1024)) MiB" "" "" "8 MiB"
}

# Two hundred runs, each done and taken back.
status() {
  "$tlsmend" snapshot -m sim:win7-sp1-x64 -o status.reg >/dev/null 2>&1
  for run in $(seq 200); do
    "$tlsmend" apply "$bench/write.lua" -p values=5 -m sim:status.reg --yes >/dev/null 2>&1
    "$tlsmend" rollback -m sim:status.reg --yes >/dev/null 2>&1
  done
  count=$(ls status.reg.tlsmend/*.journal | wc -l)
  hyperfine -N -i --warmup 5 --runs 50 --export-csv status.csv \
    "$tlsmend status -m sim:status.reg" 'lua5.4 -e ""' >/dev/null 2>&1
  awk -v count="$count" -v a="$(column status.csv 1 4)" -v b="$(column status.csv 2 4)" 'BEGIN {
    printf "| status with %d finished runs, whole process ", count
    printf "| %.1f ms | lua5.4 -e \"\": %.2f ms | %.1f | 10 ms |\n", a * 1000, b * 1000, a / b }'
}

# BESIDE=FILE is another tlsmend, an older one, which does the same in turn.
largest() {
  large=$(ls -S "$root"/runbooks/*.lua | head -1)
  name=$(basename "$large")
  cp "$large" .
  for runbook in "./$name" "${name%.lua}"; do
    what="test $runbook (the largest), all machines"
    if [ -n "${BESIDE:-}" ]; then
      against "$what" "$BESIDE" "not slower" 3 "$tlsmend test $runbook" "$BESIDE test $runbook"
    else
      set -- $(lua5.4 "$bench/ratio.lua" 3 "$tlsmend test $runbook" true)
      row "$what" "$1 ms" "" "" "not slower than before"
    fi
  done
}

size() {
  awk -v bytes="$(wc -c <"$exe")" 'BEGIN { printf "| tlsmend.exe, x64 | %.2f MiB | | | 1.5 MiB |\n", bytes / 1048576 }'
}

. "$bench/snapshots.sh"
. "$bench/extract.sh"
. "$bench/live.sh"
. "$bench/worker.sh"
for section in $sections; do
  case $section in
    test) largest ;;
    *) $section ;;
  esac
done
