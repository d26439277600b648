#!/bin/sh
# Every attempt to get out of a runbook's fence, through the real command.
set -eu
. "$TLSMEND_SOURCE/tests/escape/box.sh"
work=$TLSMEND_BINARY/tests/escape
mkdir -p "$work"
escape_prepare "$work"
(cd "$work/box" && HOME="$work/outside/home" TMPDIR="$work/outside/tmp" TLSMEND=$TLSMEND sh run.sh)
escape_judge "$work"
