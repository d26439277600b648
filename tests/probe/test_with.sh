#!/bin/sh
# `tlsmend state --with HOST:PORT`: the hello of a made-up machine against real servers, and against peers that misbehave; loopback only.
set -u
work=$TLSMEND_BINARY/tests/probe/with
. "$(dirname "$0")/server.sh"
checks=0
# check EXIT MACHINE LINE...: meets the server; each LINE is a layer and how its line goes on.
check() {
  expected=$1 machine=$2
  shift 2
  code=0
  [ -n "$port" ] || return
  "$TLSMEND" state -m "sim:$machine" --with "127.0.0.1:$port" --timeout 1 >"$work/out" 2>"$work/err" || code=$?
  bad=
  [ "$code" -eq "$expected" ] || bad="exit $code, not $expected"
  for line; do
    grep -q "^  $line" "$work/out" || bad="$bad; no line: $line"
  done
  checks=$((checks + 1))
  [ -z "$bad" ] && return
  failed=1
  echo "FAILED: $machine with $label: $bad"
  cat "$work/out" "$work/err"
}
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/key.pem" -out "$work/cert.pem" -days 2 -subj /CN=localhost 2>/dev/null
s_server() {
  stop
  label="openssl $*"
  : >"$work/server"
  openssl s_server -www -accept 127.0.0.1:0 -cert "$work/cert.pem" -key "$work/key.pem" "$@" >"$work/server" 2>&1 </dev/null &
  server=$!
  port_of 's/^ACCEPT .*:\([0-9]*\)$/\1/p'
}
misbehave() {
  stop
  label="peer $1"
  : >"$work/server"
  "$peer" "$1" >"$work/server" 2>&1 &
  server=$!
  port_of '/^[0-9]*$/p'
}

# The server's order, or the client's; a group that the client has to be asked for.
s_server -serverpref -cipher 'ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384'
check 0 win11-24h2-x64 'Schannel  *yes  *TLS 1.3, TLS_AES_'
check 0 ws2016-x64 'WinHTTP  *yes  *TLS 1.2, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256$'
s_server -tls1_2 -cipher 'ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384'
check 0 ws2016-x64 'WinHTTP  *yes  *TLS 1.2, TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384$'
s_server -tls1_3 -groups P-384
check 0 win11-24h2-x64 'Schannel  *yes  *TLS 1.3, TLS_AES_256_GCM_SHA384, secp384r1'
check 2 ws2016-x64 'Schannel  *NO  *the server answers with alert protocol_version (70)'
# Nothing in common: a suite, a curve, a version, a certificate's key.
s_server -tls1_2 -cipher ECDHE-RSA-AES256-GCM-SHA384
check 2 ws2012r2-x64 'Schannel  *NO  *the server answers with alert handshake_failure (40)'
check 2 win7-sp1-x64 'WinHTTP  *NO  *the server answers with alert'
s_server -tls1_2 -cipher ECDHE-RSA-AES128-SHA256 -groups P-521
check 2 ws2012r2-x64 'Schannel  *NO  *the server answers with alert'
# What misbehaves is no "no".
misbehave silent
check 5 ws2016-x64 'Schannel  *?  *no answer of TLS: silence for 1 s'
misbehave reset
check 5 ws2016-x64 'Schannel  *?  *no answer of TLS: reset after the hello'
misbehave text
check 5 ws2016-x64 'Schannel  *?  *no answer of TLS: the answer is no TLS: HTTP/1.1 400 Bad Request'
misbehave odd
check 5 ws2016-x64 'Schannel  *?  *no answer of TLS: alert internal_error (80)'

misbehave trickle
check 0 ws2016-x64 'Schannel  *yes  *TLS 1.2, TLS_RSA_WITH_AES_128_CBC_SHA256$'
label="nobody, where the peer was"
stop
check 5 ws2016-x64 'Schannel  *?  *no answer of TLS: connection refused'

code=0
"$TLSMEND" state -m sim:ws2016-x64 --with nosuch.invalid:443 >"$work/out" 2>&1 || code=$?
{ [ "$code" = 5 ] && grep -q 'cannot find the address of nosuch.invalid' "$work/out"; } || { failed=1; echo "FAILED: exit $code" && cat "$work/out"; }
echo "$checks checks"
exit $failed
