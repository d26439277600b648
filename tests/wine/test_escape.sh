#!/bin/sh
# The same attempts as tests/escape, through the Windows command under Wine, in one batch file.
set -eu
. "$TLSMEND_SOURCE/tests/wine/prefix.sh"
. "$TLSMEND_SOURCE/tests/escape/box.sh"
command=${TLSMEND_WIN64:-$TLSMEND_SOURCE/build/win64/tlsmend.exe}
[ -e "$command" ] || {
  echo "NOT RUN: $0: no $command. Build it with: cmake --preset win64 && cmake --build --preset win64" >&2
  exit 77
}
wine_prefix escape
# On drive C, above which there is nothing: a trust store counts only where nobody else can write it or a folder above it.
chmod go-w "$WINEPREFIX" "$WINEPREFIX/drive_c"
work=$WINEPREFIX/drive_c/escape
mkdir -p "$work"
escape_prepare "$work"
cp "$command" "$work/box/tlsmend.exe"
(cd "$work/box" && wine cmd /c run.bat >/dev/null 2>&1) || : # the exit code is that of the last attempt; the judge reads those of all
escape_judge "$work"
