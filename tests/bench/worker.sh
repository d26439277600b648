# The section "worker" of run.sh: what it costs that a stranger's runbook runs in a process of its own.

# apart_row WHAT AIM COMMAND...: the same in a worker and in process. What a command prints stands in apart.c.
apart_row() {
  what=$1 aim=$2
  shift 2
  "$@" | awk -v what="$what" -v aim="$aim" '{
    printf "| %s | %.2f ms (least %.2f, processor %.2f) ", what, $1, $2, $3
    printf "| in process: %.2f ms (least %.2f, processor %.2f) ", $4, $5, $6
    printf "| %.2f; %.2f ms more (least %.2f, processor %.2f) | %s |\n", $7, $1 - $4, $2 - $5, $3 - $6, aim }'
}

# reads_row WHERE READS AIM [COMMAND...]: reads, the program started by that command; without what else a plan takes
reads_row() {
  where=$1 reads=$2 aim=$3
  shift 3
  { read_many 51 1 "$@"; read_many 15 $((reads + 1)) "$@"; } | awk -v where="$where" -v n="$reads" -v aim="$aim" '
    NR == 1 { for (i = 1; i <= 6; i++) once[i] = $i }
    NR == 2 {
      for (i = 1; i <= 6; i++) us[i] = ($i - once[i]) * 1e3 / n
      printf "| a read through the pipe, %d on %s ", n, where
      printf "| %.1f us (least %.1f, processor %.1f) ", us[1], us[2], us[3]
      printf "| in process: %.1f us (least %.1f, processor %.1f) ", us[4], us[5], us[6]
      printf "| %.1f | %s |\n", us[1] / us[4], aim }'
}
read_many() {
  rounds=$1 again=$2
  shift 2
  "$@" ./apart plan $rounds sim:1000.reg "$bench/read.lua" keys=10 values=100 again=$again
}

# wine_row WHAT BESIDE ARGUMENTS BESIDE: two lines of tlsmend.exe
wine_row() {
  set -- "$1" "$2" $(lua5.4 "$bench/ratio.lua" 21 "wine tlsmend.exe $3" "wine tlsmend.exe $4")
  echo "$3 $4 $5" | awk -v what="$1" -v beside="$2" '{
    printf "| %s, whole process under Wine | %.0f ms | %s: %.0f ms ", what, $1, beside, $2
    printf "| %.2f; %.0f ms more | |\n", $3, $1 - $2 }'
}

worker() {
  cc -O2 -I"$root/host/include" -o apart "$bench/apart.c" "$root/build/release/lib/libtlsmend.a" -lm -pthread
  cp "$root"/runbooks/*.lua .
  small=./winhttp-tls12.lua
  large=$(ls -S "$root"/runbooks/*.lua | head -1)
  name=$(basename "$large")
  large=./$name
  machine=sim:win7-sp1-x64
  make_snapshot 1000
  apart_row "plan ./winhttp-tls12.lua" "3 ms more" ./apart plan 201 $machine "$small"
  reads_row "one core" 10000 "10 us" taskset -c 0
  reads_row "one core" 100000 "10 us" taskset -c 0
  reads_row "any core" 10000 ""
  reads_row "any core" 100000 ""
  apart_row "test ./winhttp-tls12.lua, all machines" 1.5 ./apart test 15 - "$small"
  apart_row "test ./$name (the largest), all machines" 1.5 ./apart test 5 - "$large"
  apart_row "lint ./winhttp-tls12.lua" "" ./apart lint 51 - "$small"
  apart_row "lint ./$name" "" ./apart lint 25 - "$large"
  wine_begin || return 0
  wine_row "plan ./winhttp-tls12.lua" "plan winhttp-tls12" \
    "plan ./winhttp-tls12.lua -m $machine" "plan winhttp-tls12 -m $machine"
  wine_row "a worker starts and ends (version --verbose)" "version" "version --verbose" version
}
