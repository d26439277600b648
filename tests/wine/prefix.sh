# To be sourced: wine_prefix NAME makes the Wine prefix NAME and a folder for files below the build folder ($work, new each
# time) and starts its server; it is stopped when the script ends. Says loudly what is missing and leaves with 77.
# `wine PROGRAM` then runs as an administrator does it; $limited_wine PROGRAM is without those rights where Wine knows the difference,
# and empty elsewhere.
MINGW=${MINGW:-x86_64-w64-mingw32-gcc}
# How updates name this machine: $arch in the names of files, $processor in those of packages.
case $MINGW in
  i686*) export arch=x86 processor=x86 ;;
  *) export arch=x64 processor=amd64 ;;
esac
TLSMEND_WIN64=${TLSMEND_WIN64:-$TLSMEND_SOURCE/build/win64/tlsmend.exe}

wine_prefix() {
  for tool in wine wineserver "$MINGW"; do
    command -v "$tool" >/dev/null && continue
    echo "NOT RUN: $0: no $tool here. Install it with: sh tests/setup.sh" >&2
    exit 77
  done
  [ -e "$TLSMEND_WIN64" ] || {
    echo "NOT RUN: $0: no $TLSMEND_WIN64. Build it with: cmake --preset win64 && cmake --build --preset win64" >&2
    exit 77
  }
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
  wine_elevated "$work/elevated"
}

# From Wine 10 on a process has a limited token, as on Windows; a program whose manifest asks for all rights gets them, and so does
# what it starts. Nothing stands between where each process has them anyway.
wine_elevated() { # FOLDER
  mkdir -p "$1"
  "$MINGW" -std=c11 -Wall -Wextra -Werror -municode -o "$1/elevated.exe" "$TLSMEND_SOURCE/tests/wine/programs/elevated.c"
  limited_wine=
  wine "$1/elevated.exe" && return
  limited_wine=$(command -v wine)
  printf '1 24 "%s"\n' "$TLSMEND_SOURCE/tests/wine/programs/elevated.manifest" | "${MINGW%gcc*}windres" -o "$1/manifest.o"
  "$MINGW" -std=c11 -municode -o "$1/elevated.exe" "$TLSMEND_SOURCE/tests/wine/programs/elevated.c" "$1/manifest.o"
  cat >"$1/wine" <<END
#!/bin/sh
program=\$1
shift
case \$program in /*) program=Z:\$program ;; esac
exec "$limited_wine" "$1/elevated.exe" "\$program" "\$@"
END
  chmod +x "$1/wine"
  PATH=$1:$PATH
  wine "$1/elevated.exe" || {
    echo "FAILED: $0: this Wine gives no program the rights of an administrator" >&2
    exit 1
  }
}
