# To be sourced: wine_prefix NAME makes the Wine prefix NAME and a folder for files below the build folder ($work, new each
# time) and starts its server; it is stopped when the script ends. Says loudly what is missing and leaves with 77.
MINGW=${MINGW:-x86_64-w64-mingw32-gcc}

wine_prefix() {
  for tool in wine wineserver "$MINGW"; do
    command -v "$tool" >/dev/null && continue
    echo "NOT RUN: $0: no $tool here. Install it with: sh tests/setup.sh" >&2
    exit 77
  done
  work=$TLSMEND_BINARY/tests/wine/$1
  export WINEPREFIX="$work/prefix" WINEDEBUG=-all WINEDLLOVERRIDES="mscoree,mshtml=" LC_ALL=C.UTF-8
  mkdir -p "$WINEPREFIX"
  find "$work" -maxdepth 1 -type f -exec rm -f {} +
  trap 'wineserver -k >/dev/null 2>&1 || :' EXIT
  wineserver -p
  [ -e "$WINEPREFIX/system.reg" ] || wineboot -i >"$work/wineboot.log" 2>&1 || {
    echo "NOTE: $0: Wine has not made its prefix and is asked once more: $(tail -n 1 "$work/wineboot.log")" >&2
    wineserver -k >/dev/null 2>&1 || :
    wineserver -w >/dev/null 2>&1 || :
    rm -rf "$WINEPREFIX" && mkdir -p "$WINEPREFIX"
    wineserver -p
    wineboot -i >"$work/wineboot.log" 2>&1
  }
}
