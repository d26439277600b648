#!/bin/sh
# The same attempts where there is no second wall: all texts run in the process of the command, as an embedder may have it.
# What the first wall keeps, it keeps by itself. Without the classes that take long: test_script_sandbox has those limits.
set -eu
. "$TLSMEND_SOURCE/tests/escape/box.sh"
TLSMEND=$TLSMEND_BINARY/tests/escape/tlsmend_inside
escape_attempts=$(printf '%s ' "$escape"/attempts/*.attempts | sed 's,[^ ]*/limits.attempts,,; s,[^ ]*/slow.attempts,,')
work=$(mktemp -d "${TMPDIR:-/tmp}/tlsmend-inside.XXXXXX")
trap 'rm -rf "$work"' EXIT
escape_prepare "$work"
(cd "$work/box" && HOME="$work/outside/home" TMPDIR="$work/outside/tmp" TLSMEND=$TLSMEND sh run.sh)
escape_judge "$work"
