# Sections of run.sh: "reads", "batch" and "large", what snapshots of any size cost.

# A snapshot of $1 values in keys of 100.
make_snapshot() {
  "$tlsmend" snapshot -m sim:win7-sp1-x64 -o base.reg >/dev/null 2>&1
  { cat base.reg
    awk -v values="$1" 'BEGIN {
      for (k = 0; k < values / 100; k++) {
        printf "[HKEY_LOCAL_MACHINE\\SOFTWARE\\tlsmend-bench\\K%d]\r\n", k
        for (v = 0; v < 100; v++) printf "\"V%d\"=dword:%08x\r\n", v, v
        printf "\r\n"
      } }'
  } >"$1.reg"
}

reads() {
  first=
  for values in 1000 10000 100000; do
    make_snapshot $values
    read_times() {
      echo "$tlsmend plan $bench/read.lua -m sim:$values.reg -p keys=$((values / 100)) -p values=100 -p again=$1"
    }
    set -- $(lua5.4 "$bench/ratio.lua" 5 "$(read_times 200001)" "$(read_times 1)")
    per=$(awk -v a="$1" -v b="$2" 'BEGIN { printf "%.0f", (a - b) * 1e6 / 200000 }')
    first=${first:-$per}
    awk -v values="$values" -v per="$per" -v first="$first" -v open="$2" 'BEGIN {
      printf "| a read on a snapshot of %d values ", values
      printf "| %d ns (open: %.0f ms) | of 1000 values: %d ns | %.2f | 1 |\n", per, open, first, per / first }'
  done
}

# What apply takes for $1 values of write.lua, whatever its limits.
write_many() {
  echo "timeout 60 $tlsmend apply $bench/write.lua --yes -p values=$1 --limit-changes 1000000 --limit-output 4G" \
    "--limit-memory 4G --limit-instructions 100000000000 --limit-time 600 --limit-reads 100000000"
}

# import_file VALUES: the same values as reg import takes them
import_file() {
  printf 'Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\tlsmend-bench\\Imported]\r\n'
  awk -v values="$1" 'BEGIN { for (v = 1; v <= values; v++) printf "\"V%d\"=dword:%08x\r\n", v - 1, v }'
}

batch() {
  "$tlsmend" snapshot -m sim:win7-sp1-x64 -o base.reg >/dev/null 2>&1
  wine_begin && imports=yes || imports=
  for values in 1000 10000 100000; do
    what="apply of $values values to a snapshot"
    aim=linear
    [ $values -ne 10000 ] || aim="linear, 1 s"
    again="cp base.reg batch.reg; rm -rf batch.reg.tlsmend"
    apply="$(write_many $values) -m sim:batch.reg"
    sh -c "$again"
    if ! sh -c "$apply" >/dev/null 2>&1; then
      row "$what" "more than 60 s" "" "" "$aim"
      continue
    fi
    import_file $values >import.reg
    cp batch.reg written.reg
    import=true
    [ -z "$imports" ] || import="wine reg import import.reg"
    set -- $(lua5.4 "$bench/ratio.lua" 3 "$import" "$again :: $apply" \
      "rm -f copy :: cp written.reg copy; sync copy")
    [ -z "$imports" ] || awk -v what="$what" -v aim="$aim" -v a="$2" -v b="$1" 'BEGIN {
      printf "| %s | %.0f ms | reg import of the same, under Wine: %.0f ms | %.2f | %s |\n", what, a, b, a / b, aim }'
    awk -v aim="$aim" -v a="$2" -v b="$3" -v ratio="$5" -v values="$values" 'BEGIN {
      printf "| the same, %.1f us a value | %.0f ms ", a * 1000 / values, a
      printf "| cp and fsync of the file that comes of it: %.0f ms | %.1f | %s |\n", b, ratio, aim }'
  done
}

# An export of 100 MB as regedit writes it: UTF-16, classes of COM behind a Windows 7.
make_large() {
  "$tlsmend" snapshot -m sim:win7-sp1-x64 -o base.reg >/dev/null 2>&1
  lua5.4 "$bench/export.lua" 100 >classes.txt
  { printf '\377\376'; cat base.reg classes.txt | iconv -f UTF-8 -t UTF-16LE; } >large.reg
}

large() {
  make_large
  write="cp large.reg twenty.reg; rm -rf twenty.reg.tlsmend :: $(write_many 20) -m sim:twenty.reg"
  against "20 values on a snapshot of 100 MB" "one read and one write of it, fsync" 4 3 "$write" \
    "rm -f copy :: dd if=large.reg of=copy bs=1M conv=fsync"
  plan="$tlsmend plan winhttp-tls12 -m sim:large.reg"
  against "plan on it" "wc -l of it" "0.8 s" 5 "$plan" "wc -l large.reg"
  awk -v kib="$(peak $plan)" -v size="$(wc -c <large.reg)" 'BEGIN {
    printf "| the same, peak memory | %.0f MiB ", kib / 1024
    printf "| the file: %.0f MiB | %.2f | 1.5 |\n", size / 1048576, kib * 1024 / size }'
  not_run "hivexregedit imports the classes of it" hivexregedit libwin-hivex-perl && return
  { printf 'Windows Registry Editor Version 5.00\r\n\r\n'; cat classes.txt; } >classes.reg
  lua5.4 "$bench/hive.lua" >hive
  begin=$(date +%s%N)
  kib=$(peak hivexregedit --merge --encoding UTF-8 --prefix 'HKEY_LOCAL_MACHINE\SOFTWARE' hive classes.reg)
  end=$(date +%s%N)
  set -- $(lua5.4 "$bench/ratio.lua" 1 "$plan" true)
  awk -v a="$1" -v b=$(((end - begin) / 1000000)) -v kib="$kib" 'BEGIN {
    printf "| plan on it | %.0f ms ", a
    printf "| hivexregedit imports it, once: %.0f ms, %.0f MiB | %.3f | |\n", b, kib / 1024, a / b }'
}
