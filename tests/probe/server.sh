# Sourced by the tests of this folder: a server on loopback that they start, ask and stop. $work is their folder, $label says for
# people which server it is.
peer=$TLSMEND_BINARY/tests/probe/probe_peer
rm -rf "$work" && mkdir -p "$work"
command -v openssl >/dev/null || { echo "NOT RUN: $0: no openssl here. Install it with: sh tests/setup.sh" >&2; exit 77; }
failed=0 server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null' EXIT
stop() {
  [ -z "$server" ] || { kill "$server" 2>/dev/null; wait "$server" 2>/dev/null; }
  server=
}
# Waits until a server has written its port: sed's EXPRESSION finds it in its output.
port_of() {
  port=
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25; do
    port=$(sed -n "$1" "$work/server" | head -n 1)
    [ -n "$port" ] && return
    sleep 0.2
  done
  echo "FAILED: $label: the server does not start:" && cat "$work/server"
  failed=1
}
