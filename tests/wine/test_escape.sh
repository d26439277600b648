#!/bin/sh
# The same attempts as tests/escape, through the Windows command under Wine, in one batch file: those that ask the system something, and
# each third of the others, because each takes half a second here. All of them: TLSMEND_ESCAPE_EACH=1.
set -eu
. "$TLSMEND_SOURCE/tests/wine/prefix.sh"
. "$TLSMEND_SOURCE/tests/escape/box.sh"
wine_prefix escape
export TLSMEND_ESCAPE_EACH="${TLSMEND_ESCAPE_EACH:-3}"
# On drive C, above which there is nothing: a trust store counts only where nobody else can write it or a folder above it.
chmod go-w "$WINEPREFIX" "$WINEPREFIX/drive_c"
work=$WINEPREFIX/drive_c/escape
mkdir -p "$work"
escape_prepare "$work"
cp "$TLSMEND_WIN64" "$work/box/tlsmend.exe"
# The exit code is that of the last attempt; the judge reads those of all.
(cd "$work/box" && wine cmd /c run.bat 2>/dev/null) >"$work/again.txt" || :
grep 'not started' "$work/again.txt" >&2 || : # and started again
escape_judge "$work"
