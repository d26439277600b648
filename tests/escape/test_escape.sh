#!/bin/sh
# Every attempt to get out of a runbook's guard, through the real command.
set -eu
. "$TLSMEND_SOURCE/tests/escape/box.sh"
# A folder that nobody else can write: the trust stores in the box count only there.
work=$(mktemp -d "${TMPDIR:-/tmp}/tlsmend-escape.XXXXXX")
trap 'rm -rf "$work"' EXIT
escape_prepare "$work"
(cd "$work/box" && HOME="$work/outside/home" TMPDIR="$work/outside/tmp" TLSMEND=$TLSMEND sh run.sh)
escape_judge "$work"
