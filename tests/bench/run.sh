#!/bin/sh
# run.sh [SECTION...]: measures tlsmend beside what a user would take instead and prints a table for docs/BENCHMARKS.md.
# Sections: plan snapshot worker live size; default: all. Needs the release and win64 builds (it makes them) and hyperfine. The figures
# are medians of one run; compare the ratios, not the milliseconds, and leave the machine alone meanwhile.
set -eu
cd "$(dirname "$0")/../.."
root=$PWD
sections=${*:-plan snapshot worker live size}
bench=$root/tests/bench
work=$(mktemp -d "${TMPDIR:-/tmp}/tlsmend-bench.XXXXXX")
trap 'wineserver -k >/dev/null 2>&1 || :; rm -rf "$work"' EXIT
for tool in hyperfine /usr/bin/time lua5.4; do
  command -v $tool >/dev/null || { echo "bench: $tool is missing: apt-get install hyperfine time lua5.4" >&2; exit 1; }
done

for preset in release win64; do
  cmake --preset $preset >"$work/log" 2>&1 && cmake --build build/$preset >>"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
done
tlsmend=$root/build/release/tlsmend
. "$bench/worker.sh"

echo "machine: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), $(nproc) cores, $(sed -n 's/^PRETTY_NAME="\(.*\)"/\1/p' /etc/os-release), load $(cut -d' ' -f1 /proc/loadavg)"
echo
echo "| what | tlsmend | beside it | ratio | aim |"
echo "|---|---|---|---|---|"

# column FILE ROW COLUMN of hyperfine's CSV
column() { awk -F, -v row="$2" -v column="$3" 'NR == row + 1 { print $column }' "$1"; }

plan() {
  hyperfine -N -i --warmup 30 --runs 300 --export-csv "$work/plan.csv" \
    "$tlsmend plan winhttp-tls12 -m sim:win7-sp1-x64" 'lua5.4 -e ""' >/dev/null 2>&1
  ours=$(column "$work/plan.csv" 1 4) theirs=$(column "$work/plan.csv" 2 4)
  /usr/bin/time -f %M -o "$work/memory" "$tlsmend" plan winhttp-tls12 -m sim:win7-sp1-x64 >/dev/null 2>&1 || :
  memory=$(tail -1 "$work/memory")
  awk -v a="$ours" -v b="$theirs" 'BEGIN { printf "| plan winhttp-tls12 -m sim:win7-sp1-x64, whole process | %.2f ms | lua5.4 -e \"\": %.2f ms | %.2f | 4 |\n", a * 1000, b * 1000, a / b }'
  echo "| the same, peak memory | $((memory / 1024)).$((memory % 1024 * 10 / 1024)) MiB | | | 8 MiB |"
}

# A snapshot of $1 values in keys of 100.
make_snapshot() {
  "$tlsmend" snapshot -m sim:win7-sp1-x64 -o "$work/base.reg" >/dev/null 2>&1
  { cat "$work/base.reg"
    awk -v values="$1" 'BEGIN { for (k = 0; k < values / 100; k++) { printf "[HKEY_LOCAL_MACHINE\\SOFTWARE\\tlsmend-bench\\K%d]\r\n", k
      for (v = 0; v < 100; v++) printf "\"V%d\"=dword:%08x\r\n", v, v; printf "\r\n" } }'
  } >"$work/$1.reg"
}

snapshot() {
  first=
  for values in 1000 10000 100000; do
    make_snapshot $values
    read_many() { echo "$tlsmend plan $bench/read.lua -m sim:$work/$values.reg -p keys=$((values / 100)) -p values=100 -p again=$1"; }
    set -- $(lua5.4 "$bench/ratio.lua" 7 "$(read_many 200001)" "$(read_many 1)")
    per=$(awk -v a="$1" -v b="$2" 'BEGIN { printf "%.0f", (a - b) * 1e6 / 200000 }')
    first=${first:-$per}
    awk -v values="$values" -v per="$per" -v first="$first" -v open="$2" 'BEGIN {
      printf "| a read on a snapshot of %d values | %d ns, %.0f thousand a second (open: %.0f ms) | of 1000 values: %d ns | %.2f | 1 |\n", values, per, 1e6 / per, open, first, per / first }'
  done
}

# Begins with a Wine of its own. False: there is none.
wine_begin() {
  command -v wine >/dev/null || { echo "bench: NOT RUN: wine is missing" >&2; return 1; }
  export WINEPREFIX="$work/prefix" WINEDEBUG=-all WINEDLLOVERRIDES="mscoree,mshtml="
  [ ! -d "$WINEPREFIX" ] || return 0
  mkdir -p "$WINEPREFIX"
  wineserver -p
  wine wineboot -i >/dev/null 2>&1
  wine winecfg -v win7 >/dev/null 2>&1
}

live() {
  wine_begin || return 0
  exe=$root/build/win64/tlsmend.exe
  cp "$exe" "$bench/read.lua" "$bench/write.lua" "$work/"
  x86_64-w64-mingw32-gcc -O2 -o "$work/read.exe" "$bench/read.c" -ladvapi32
  wine reg add 'HKLM\SOFTWARE\tlsmend-bench\K0' /v V0 /t REG_DWORD /d 1 /f >/dev/null 2>&1
  cd "$work"
  for round in 1 2 3; do
    wine read.exe 20000 2>/dev/null | tr -d '\r' >>c.txt
    set -- $(lua5.4 "$bench/ratio.lua" 1 "wine tlsmend.exe plan .\\\\read.lua -p again=20001" "wine tlsmend.exe plan .\\\\read.lua -p again=1")
    awk -v a="$1" -v b="$2" 'BEGIN { printf "%.0f\n", (a - b) * 1e6 / 20000 }' >>lua.txt
  done
  ours=$(sort -n lua.txt | sed -n 2p) theirs=$(sort -n c.txt | sed -n 2p)
  awk -v a="$ours" -v b="$theirs" 'BEGIN { printf "| a registry read from Lua, live under Wine | %.1f us | open, query, close in C: %.1f us | %.2f | 1.3 |\n", a / 1000, b / 1000, a / b }'
  { printf 'Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\tlsmend-bench\\Imported]\r\n'
    awk 'BEGIN { for (v = 1; v <= 1000; v++) printf "\"V%d\"=dword:%08x\r\n", v - 1, v }'; } >import.reg
  cat >apply.sh <<'SH'
wine reg delete 'HKLM\SOFTWARE\tlsmend-bench\Written' /f; rm -rf state
SH
  for round in 1 2 3; do
    sh apply.sh >/dev/null 2>&1 || :
    begin=$(date +%s%N); wine tlsmend.exe apply '.\write.lua' --yes --allow-unsigned --state state >/dev/null 2>&1; end=$(date +%s%N)
    echo $(((end - begin) / 1000000)) >>apply.txt
    begin=$(date +%s%N); wine reg import import.reg >/dev/null 2>&1; end=$(date +%s%N)
    echo $(((end - begin) / 1000000)) >>import.txt
  done
  wine reg query 'HKLM\SOFTWARE\tlsmend-bench\Written' /v V999 2>/dev/null | grep -q 0x3e8 || { echo "bench: apply did not write" >&2; exit 1; }
  ours=$(sort -n apply.txt | sed -n 2p) theirs=$(sort -n import.txt | sed -n 2p)
  awk -v a="$ours" -v b="$theirs" 'BEGIN { printf "| apply of 1000 values, journalled, under Wine | %d ms | reg import of the same: %d ms | %.2f | |\n", a, b, a / b }'
  cd "$root"
}

size() {
  bytes=$(wc -c <build/win64/tlsmend.exe)
  awk -v bytes="$bytes" 'BEGIN { printf "| tlsmend.exe, x64 | %.2f MiB | | | 1.5 MiB |\n", bytes / 1048576 }'
  echo
  echo "tlsmend.exe imports: $(x86_64-w64-mingw32-objdump -p build/win64/tlsmend.exe | sed -n 's/.*DLL Name: //p' | sort | tr '\n' ' ')"
}

for section in $sections; do $section; done
