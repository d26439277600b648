#!/bin/sh
# `tlsmend probe` against real servers in each version and against a server that misbehaves; loopback only.
set -u
work=$TLSMEND_BINARY/tests/probe/work
. "$(dirname "$0")/server.sh"
# check EXIT LINE...: probes the server; each LINE is a version and how its line goes on.
check() {
  expected=$1
  shift
  code=0
  [ -n "$port" ] || return
  "$TLSMEND" probe "127.0.0.1:$port" --timeout 1 >"$work/out" 2>"$work/err" || code=$?
  bad=
  [ "$code" -eq "$expected" ] || bad="exit $code, not $expected"
  for line; do
    grep -q "^  $line" "$work/out" || bad="$bad; no line: $line"
  done
  checks=$((checks + 1))
  [ -z "$bad" ] && return
  failed=1
  echo "FAILED: $label: $bad"
  cat "$work/out" "$work/err"
}
checks=0
off='off  *'
on='on  *TLS_'

openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/key.pem" -out "$work/cert.pem" -days 2 -subj /CN=localhost 2>/dev/null
# An OpenSSL server with a choice of versions and suites.
s_server() {
  label="openssl $*"
  : >"$work/server"
  openssl s_server -www -accept 127.0.0.1:0 -cert "$work/cert.pem" -key "$work/key.pem" "$@" >"$work/server" 2>&1 </dev/null &
  server=$!
  port_of 's/^ACCEPT .*:\([0-9]*\)$/\1/p'
}
weak='ALL:eNULL:@SECLEVEL=0'
s_server -tls1 -cipher "$weak"
check 2 "SSL 2.0   $off" "SSL 3.0   $off" "TLS 1.0   $on" 'TLS 1.1   off  *answers with TLS 1.0' 'TLS 1.2   off' "TLS 1.3   ${off}alert"
stop
s_server -tls1_1 -cipher "$weak"
check 2 'TLS 1.0   off  *alert protocol_version (70)' "TLS 1.1   $on" 'TLS 1.2   off  *answers with TLS 1.1' "TLS 1.3   $off"
stop
s_server -tls1_2 -cipher "$weak"
check 0 "SSL 3.0   $off" "TLS 1.0   $off" "TLS 1.1   $off" "TLS 1.2   $on" "TLS 1.3   $off"
stop
s_server -tls1_3
check 0 "TLS 1.1   $off" "TLS 1.2   $off" "TLS 1.3   on  *TLS_AES_"
stop
s_server -cipher "$weak"
check 0 "TLS 1.0   $on" "TLS 1.1   $on" "TLS 1.2   $on" "TLS 1.3   $on"
stop
# The client's groups are not the server's first choice.
s_server -tls1_3 -groups P-384
check 0 'TLS 1.3   on  *TLS_AES_.*asks for another group first'
stop
# Suites that the libraries of today do not offer by themselves, and one batch that has them.
s_server -tls1_2 -cipher 'NULL-SHA256:@SECLEVEL=0'
check 0 'TLS 1.2   on  *TLS_RSA_WITH_NULL_SHA256'
stop
s_server -tls1 -cipher 'AECDH-AES128-SHA:@SECLEVEL=0'
check 2 'TLS 1.0   on  *TLS_ECDH_anon_WITH_AES_128_CBC_SHA'
stop
s_server -tls1_2 -cipher 'PSK-AES128-CBC-SHA:@SECLEVEL=0' -psk 00
check 2 'TLS 1.2   off  *alert handshake_failure (40)'
stop

# Another implementation.
gnutls() {
  label="gnutls-serv $1"
  : >"$work/server"
  port=$((20000 + $$ % 20000 + checks))
  gnutls-serv --http -p "$port" --priority "$1" --x509keyfile "$work/key.pem" --x509certfile "$work/cert.pem" >"$work/server" 2>&1 </dev/null &
  server=$!
  port_of "s/^.*127.0.0.1.*port \\([0-9]*\\).*/\\1/p; s/^.*0.0.0.0 port \\([0-9]*\\).*/\\1/p"
}
if command -v gnutls-serv >/dev/null; then
  for minor in 0 1 2 3; do
    gnutls "NORMAL:-VERS-ALL:+VERS-TLS1.$minor"
    expected=2
    [ $minor -lt 2 ] || expected=0
    check $expected "SSL 3.0   $off" "TLS 1.$minor   $on"
    [ "$(grep -c '^  .*  on  ' "$work/out")" = 1 ] || { echo "FAILED: $label: more than one version"; failed=1; }
    stop
  done
else
  echo "SKIPPED: $0: the servers of GnuTLS: no gnutls-serv here. Install it with: sh tests/setup.sh" >&2
fi

# Servers that do what no library does any more, or what stands before a server.
misbehave() {
  label="peer $1"
  : >"$work/server"
  "$peer" "$1" >"$work/server" 2>&1 &
  server=$!
  port_of '/^[0-9]*$/p'
}
misbehave ssl2
check 5 'SSL 2.0   on  *SSL_CK_RC4_128_WITH_MD5' 'SSL 3.0   no answer  *silence for 1 s' 'TLS 1.2   no answer  *silence for 1 s'
stop
misbehave ssl3
check 5 'SSL 2.0   no answer  *silence' 'SSL 3.0   on  *TLS_RSA_WITH_RC4_128_SHA' 'TLS 1.3   no answer  *silence for 1 s'
stop
misbehave silent
started=$(date +%s)
check 5 'SSL 2.0   no answer  *silence for 1 s' 'TLS 1.2   no answer  *silence for 1 s'
grep -q '  off  ' "$work/out" && { echo "FAILED: a silence is called off"; failed=1; }
[ $(($(date +%s) - started)) -le 15 ] || { echo "FAILED: a silent server takes $(($(date +%s) - started)) s"; failed=1; }
stop
misbehave reset
check 5 'SSL 2.0   blocked before TLS  *every hello' 'TLS 1.2   blocked before TLS  *every hello'
stop
misbehave text
check 5 'TLS 1.2   blocked before TLS  *the answer is no TLS: HTTP/1.1 400 Bad Request$' 'SSL 2.0   blocked'
stop
misbehave banner
check 5 'TLS 1.2   blocked before TLS  *the answer is no TLS: 220 mail.example ESMTP$'
stop
misbehave trickle
check 0 'TLS 1.2   on  *TLS_RSA_WITH_AES_128_CBC_SHA256' 'TLS 1.1   no answer  *\(closed\|reset\) after the hello'
stop
misbehave warning
check 0 'TLS 1.2   on  *TLS_RSA_WITH_AES_128_CBC_SHA256'
stop
misbehave broken
check 5 'TLS 1.2   no answer  *the answer breaks off'
stop
misbehave odd
check 5 'TLS 1.2   no answer  *alert internal_error (80), which says neither yes nor no'
label="nobody, where peer odd was" # its port is free again
stop
check 5 'TLS 1.2   blocked before TLS  *connection refused' 'SSL 2.0   blocked before TLS  *connection refused'

# JSON for programs; what cannot be asked; what is no endpoint.
"$TLSMEND" probe "127.0.0.1:$port" --format json >"$work/out" || :
"$TLSMEND_LUA" - "$work/out" <<'END' || failed=1
local text = io.open(arg[1]):read "a"
assert(text:find '"schema": "tlsmend%-probe/1"' and text:find '"modern": "unknown"', text)
assert(text:find '"state": "blocked before TLS"' and text:find '"version": "TLS 1.3"', text)
END
expect() {
  code=0
  expected=$1 words=$2
  shift 2
  "$TLSMEND" probe "$@" >"$work/out" 2>&1 || code=$?
  checks=$((checks + 1))
  { [ "$code" = "$expected" ] && grep -q "$words" "$work/out"; } && return
  failed=1
  echo "FAILED: probe $*: exit $code, not $expected, or nothing of: $words"
  cat "$work/out"
}
expect 5 'cannot tell' 127.0.0.1:443 -m sim:win7-sp1-x64
expect 5 'cannot find the address of nosuch.invalid' nosuch.invalid:443
for endpoint in 127.0.0.1 127.0.0.1: :443 127.0.0.1:0 127.0.0.1:65536 127.0.0.1:44x '[::1]' '[::1:443' ::1:443 ''; do
  expect 64 'is no endpoint' "$endpoint"
done
expect 64 'at most 60 seconds' 127.0.0.1:443 --timeout 61
echo "$checks checks"
exit $failed
