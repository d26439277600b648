#!/bin/sh
# Every attempt to get out of a runbook's guard, through the real command: each runs in a worker, behind both walls.
set -eu
. "$TLSMEND_SOURCE/tests/escape/box.sh"
# A folder that nobody else can write: the trust stores in the box count only there.
work=$(mktemp -d "${TMPDIR:-/tmp}/tlsmend-escape.XXXXXX")
trap 'rm -rf "$work"' EXIT
# As a worker tells of its own wall: without one, this would be the test of another promise.
"$TLSMEND" version --verbose | grep -q 'seccomp' || { echo "FAILED: no wall is up here" >&2; exit 1; }
escape_prepare "$work"
(cd "$work/box" && HOME="$work/outside/home" TMPDIR="$work/outside/tmp" TLSMEND=$TLSMEND sh run.sh)
escape_judge "$work"
