#!/bin/sh
# Any bytes as a server's answer, for FUZZ_SECONDS (10): no crash, no undefined behaviour, no contradiction between fewer bytes and
# more. The corpus in the build folder grows from run to run.
set -eu
CLANG=${CLANG:-clang}
command -v "$CLANG" >/dev/null || { echo "NOT RUN: $0: no $CLANG here. Install it with: sh tests/setup.sh" >&2; exit 77; }
work=$TLSMEND_BINARY/tests/fuzz/tls
mkdir -p "$work/corpus"
cd "$TLSMEND_SOURCE"

echo 'int main(void){return 0;}' >"$work/try.c"
if ! "$CLANG" -fsanitize=fuzzer-no-link,address "$work/try.c" -o "$work/try" 2>/dev/null; then
  echo "NOT RUN: $0: $CLANG has no sanitizers here (Debian: libclang-rt-dev)" >&2
  exit 77
fi
"$CLANG" -std=c11 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined -Ihost \
  tests/fuzz/fuzz_tls.c host/core/tls_answer.c -o "$work/fuzz_tls"

random='01234567890123456789012345678901'
printf '\004\026\003\003\000\052\002\000\000\046\003\003%s\000\000\057\000' "$random" >"$work/corpus/seed-hello"
printf '\005\026\003\003\000\062\002\000\000\056\003\003%s\000\023\001\000\000\006\000\053\000\002\003\004' "$random" >"$work/corpus/seed-last"
printf '\002\025\003\001\000\002\001\160\025\003\001\000\002\002\106' >"$work/corpus/seed-alert"
printf '\000\200\016\004\000\001\000\002\000\000\000\003\000\000\001\000\200' >"$work/corpus/seed-first"
printf '\003HTTP/1.1 400 Bad Request\r\n' >"$work/corpus/seed-plain"
if ! "$work/fuzz_tls" -max_total_time="${FUZZ_SECONDS:-10}" -max_len=600 -artifact_prefix="$work/" "$work/corpus" >"$work/log" 2>&1; then
  tail -40 "$work/log" >&2
  echo "fuzz: $work/log; the input that failed stands beside it" >&2
  exit 1
fi
grep '^Done' "$work/log"
