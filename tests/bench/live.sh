# Sections of run.sh: "live" and "often", a machine that is live, which is Wine here.

# Begins with a Wine of its own. False: there is none.
wine_begin() {
  command -v wine >/dev/null || { echo "bench: NOT RUN: wine is missing" >&2; return 1; }
  export WINEPREFIX="$work/prefix" WINEDEBUG=-all WINEDLLOVERRIDES="mscoree,mshtml="
  [ ! -d "$WINEPREFIX" ] || return 0
  mkdir -p "$WINEPREFIX"
  wineserver -p
  wine wineboot -i >/dev/null 2>&1
  wine winecfg -v win7 >/dev/null 2>&1
  cp "$exe" tlsmend.exe
  cp "$bench/read.lua" "$bench/write.lua" .
}

live() {
  wine_begin || return 0
  x86_64-w64-mingw32-gcc -O2 -I"$root/host/include" -o live.exe "$bench/live.c" \
    "$root/build/win64/lib/libtlsmend.dll.a" -ladvapi32
  cp "$root"/build/win64/lib/*.dll .
  wine reg add 'HKLM\SOFTWARE\tlsmend-bench\K0' /v V0 /t REG_DWORD /d 1 /f >/dev/null 2>&1
  wine live.exe '.\read.lua' 5000 7 2>/dev/null | tr -d '\r' | awk '{
    printf "| a registry read from Lua, live under Wine "
    printf "| %.1f us | open, query, close in C: %.1f us | %.2f | 1.1 |\n", $1 / 1000, $2 / 1000, $3 }'
  import_file 1000 >import.reg
  undo="wine reg delete 'HKLM\\SOFTWARE\\tlsmend-bench\\Written' /f; rm -rf '$WINEPREFIX/drive_c/bench-state'"
  apply="wine tlsmend.exe apply '.\\write.lua' --yes --allow-unsigned --state 'C:\\bench-state'"
  against "apply of 1000 values, journalled, live under Wine" "reg import of the same" 2 5 \
    "$undo :: $apply" "wine reg import import.reg"
  undo="wine reg delete 'HKLM\\SOFTWARE\\tlsmend-bench\\Written' /f; rm -rf '$WINEPREFIX/drive_c/ProgramData/tlsmend'"
  against "the same without a worker" "reg import of the same" 2 5 \
    "$undo :: wine live.exe '.\\write.lua'" "wine reg import import.reg"
  wine reg query 'HKLM\SOFTWARE\tlsmend-bench\Written' /v V999 2>/dev/null | grep -q 0x3e8 ||
    { echo "bench: apply did not write" >&2; exit 1; }
}

# A runbook that can be counted: it reads a value a hundred times, and the list of hotfixes.
count_runbook() {
  cat >"count$1.lua" <<END
local registry, hotfix = require "registry", require "hotfix"
local KEY = [[HKLM\\SOFTWARE\\tlsmend-bench\\Count]]
return {
  id = "bench-count$1", version = "1.0.0", title = "Can be counted",
  needs = { registry = { KEY } },
  run = function()
    for _ = 1, 100 do registry.get(KEY, "Run$1") end
    hotfix.installed "KB9999999"
    registry.set(KEY, "Set$1", $1)
  end,
}
END
}

# counted WHAT AIM ARGUMENTS...: how often tlsmend.exe runs each runbook, and asks WMI
counted() {
  what=$1 aim=$2
  shift 2
  WINEDEBUG=trace+reg,trace+wbemprox wine tlsmend.exe "$@" >trace 2>&1 || :
  runs=
  for number in 1 2 3; do
    runs="$runs $(($(grep -a -c "NtQueryValueKey.*\"Run$number\"" trace || :) / 100))"
  done
  asked=$(grep -a -c 'ExecQuery.*Win32_QuickFixEngineering' trace || :)
  row "$what" "runs of each runbook:$runs; WMI asked: $asked" "" "" "$aim"
}

often() {
  wine_begin || return 0
  for number in 1 2 3; do count_runbook $number; done
  wine reg add 'HKLM\SOFTWARE\tlsmend-bench\Count' /f >/dev/null 2>&1
  counted "plan of three runbooks, live" "1 each (to plan); 1" \
    plan '.\count1.lua' '.\count2.lua' '.\count3.lua' -o three.plan
  counted "apply --plan of that" "2 each (to check, and at the end); 1" \
    apply --plan three.plan --yes --allow-unsigned --state 'C:\bench-counted'
  wine reg query 'HKLM\SOFTWARE\tlsmend-bench\Count' /v Set3 >/dev/null 2>&1 ||
    { echo "bench: apply --plan did not write" >&2; exit 1; }
}
