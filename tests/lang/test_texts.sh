#!/bin/sh
# The language files against the code: texts.lua says what is compared.
set -eu
lua=${TLSMEND_LUA:-lua5.4}
command -v "$lua" >/dev/null || { echo "SKIPPED tests/lang/test_texts.sh: no Lua 5.4 interpreter; install lua5.4" >&2; exit 77; }
exec "$lua" "$TLSMEND_SOURCE/tests/lang/texts.lua" "$TLSMEND_SOURCE"
