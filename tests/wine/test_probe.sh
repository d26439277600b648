#!/bin/sh
# `tlsmend probe` on Windows: servers asked raw over Winsock, and a handshake through the system's Schannel, whose answer follows
# the registry; then `verify` of a runbook that asks the server that a parameter names. Loopback only.
set -eu
. "$TLSMEND_SOURCE/tests/wine/prefix.sh"
command -v openssl >/dev/null || { echo "NOT RUN: $0: no openssl here. Install it with: sh tests/setup.sh" >&2; exit 77; }
wine_prefix probe
fail() {
  echo "FAILED: $*" >&2
  cat "$work/last" >&2
  exit 1
}
server=
stop() {
  [ -z "$server" ] || { kill "$server" 2>/dev/null; wait "$server" 2>/dev/null; } || :
  server=
}
trap 'stop; wineserver -k >/dev/null 2>&1 || :' EXIT
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/key.pem" -out "$work/cert.pem" -days 2 -subj /CN=localhost 2>/dev/null
s_server() { # VERSION
  : >"$work/server"
  openssl s_server -www -accept 127.0.0.1:0 -cert "$work/cert.pem" -key "$work/key.pem" "$1" -cipher 'ALL:@SECLEVEL=0' >"$work/server" 2>&1 </dev/null &
  server=$!
  port=
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    port=$(sed -n 's/^ACCEPT .*:\([0-9]*\)$/\1/p' "$work/server")
    [ -n "$port" ] && return
    sleep 0.2
  done
  fail "no server on loopback"
}
# EXIT ARGUMENT...: probes the server.
probe() {
  expected=$1
  shift
  code=0
  wine "$TLSMEND_WIN64" probe "127.0.0.1:$port" "$@" 2>/dev/null >"$work/raw" || code=$?
  tr -d '\r' <"$work/raw" >"$work/last"
  [ "$code" -eq "$expected" ] || fail "probe of $port: exit $code, not $expected"
}
said() { grep -q "$1" "$work/last" || fail "nothing is said of: $1"; }
schannel='HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Client'

for key in "$schannel" "HKLM\\SOFTWARE\\tlsmend test"; do # of an earlier run
  wine reg.exe delete "$key" /f >/dev/null 2>&1 || :
done
s_server -tls1_2
probe 0
said '^  TLS 1.2   on  *TLS_'
said '^  TLS 1.1   off  *alert protocol_version (70)'
said "^A default client of this machine's Schannel:"
sed -n "/^A default client/,\$p" "$work/last" | grep -q '^  TLS 1.2   on ' || fail "Schannel does not agree on TLS 1.2"
probe 0 --format json
said '"default_client": {'
probe 5 -m sim:win7-sp1-x64
said 'cannot tell'

# What a default client gets follows the registry; what the server speaks does not.
wine reg.exe add "$schannel" /v Enabled /t REG_DWORD /d 0 /f >/dev/null 2>&1
probe 0
said '^  TLS 1.2   on  *TLS_'
sed -n "/^A default client/,\$p" "$work/last" | grep -q '^  TLS 1.2   on ' && fail "Schannel agrees on TLS 1.2 although it is off"
said '^  nothing   '

# verify: the server has TLS 1.2 and this machine does not get it; once it does, all is well.
cat >"$work/ask.lua" <<'END'
local endpoint = require "steps.endpoint"
local registry = require "registry"
local KEY = "HKLM\\SOFTWARE\\tlsmend test"
return {
  id = "ask", version = "1", title = "Ask", needs = endpoint.needs { registry = { KEY } },
  params = { endpoint = endpoint.PARAM, value = { type = "integer", default = 1 } },
  run = endpoint.run(function(params) registry.set(KEY, "Value", params.value) end),
  verify = endpoint.verify(function() return true end),
}
END
apply() { # EXIT VALUE
  code=0
  wine "$TLSMEND_WIN64" apply "$(winepath -w "$work/ask.lua")" --allow-unsigned --yes -p "endpoint=127.0.0.1:$port" -p "value=$2" \
    >"$work/raw" 2>&1 </dev/null || code=$?
  tr -d '\r' <"$work/raw" >"$work/last"
  [ "$code" -eq "$1" ] || fail "apply: exit $code, not $1"
}
apply 1 1
said 'but a default client of this machine fails'
wine reg.exe delete "$schannel" /v Enabled /f >/dev/null 2>&1
apply 0 2
stop

s_server -tls1
probe 2
said '^  TLS 1.0   on  *TLS_'
said '^  TLS 1.2   off  *answers with TLS 1.0'
apply 0 3
said 'cannot tell: by a handshake: 127.0.0.1:[0-9]* itself has no TLS 1.2'
stop

probe 5
said '^  TLS 1.2   blocked before TLS  *connection refused'
said '^  nothing   blocked before TLS  *connection refused'
echo "probe under Wine: raw and through Schannel"
