#!/bin/sh
# Who calls whom in the Windows build; what is asked stands in tests/sync/test_calls.lua.
exec "$TLSMEND_LUA" "$TLSMEND_SOURCE/tests/sync/test_calls.lua" "$(dirname "$TLSMEND_WIN64")" x86_64-w64-mingw32-nm
