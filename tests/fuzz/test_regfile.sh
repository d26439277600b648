#!/bin/sh
# Any bytes as a registration file, for FUZZ_SECONDS (10): no crash, no undefined behaviour, and what is read comes out the same
# when it is written and read again. The corpus in the build folder grows from run to run.
set -eu
CLANG=${CLANG:-clang}
command -v "$CLANG" >/dev/null || { echo "NOT RUN: $0: no $CLANG here. Install it with: sh tests/setup.sh" >&2; exit 77; }
work=$TLSMEND_BINARY/tests/fuzz/regfile
mkdir -p "$work/corpus"
cd "$TLSMEND_SOURCE"

echo 'int main(void){return 0;}' >"$work/try.c"
if ! "$CLANG" -fsanitize=fuzzer-no-link,address "$work/try.c" -o "$work/try" 2>/dev/null; then
  echo "NOT RUN: $0: $CLANG has no sanitizers here (Debian: libclang-rt-dev)" >&2
  exit 77
fi
"$CLANG" -std=c11 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined -DTLSMEND_STATIC -Ihost -Ihost/include \
  tests/fuzz/fuzz_regfile.c host/core/regfile_*.c host/core/unicode*.c host/core/path.c host/core/value.c host/core/error.c \
  -ljansson -o "$work/fuzz_regfile"

header='Windows Registry Editor Version 5.00'
printf '%s\r\n\r\n[HKEY_LOCAL_MACHINE\\a]\r\n@="b\\\\"\r\n"n"=dword:0000000a\r\n"h"=hex(7):61,00,\\\r\n  00,00\r\n"d"=-\r\n\r\n[-HKLM\\c]\r\n' \
  "$header" >"$work/corpus/seed-utf8"
{ printf '\377\376'; iconv -f UTF-8 -t UTF-16LE "$work/corpus/seed-utf8"; } >"$work/corpus/seed-utf16"
sed "s/^Windows.*/REGEDIT4/" "$work/corpus/seed-utf8" >"$work/corpus/seed-ansi"
cat >"$work/words" <<'END'
"Windows Registry Editor Version 5.00"
"REGEDIT4"
"[HKEY_LOCAL_MACHINE\\"
"[-HKLM\\"
"dword:"
"hex("
"hex:"
"=-"
"\xff\xfe"
"\xef\xbb\xbf"
",\\\x0d\x0a  "
END
if ! "$work/fuzz_regfile" -max_total_time="${FUZZ_SECONDS:-10}" -max_len=4096 -dict="$work/words" \
  -artifact_prefix="$work/" "$work/corpus" >"$work/log" 2>&1; then
  tail -40 "$work/log" >&2
  echo "fuzz: $work/log; the input that failed stands beside it" >&2
  exit 1
fi
grep '^Done' "$work/log"
