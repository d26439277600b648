#!/bin/sh
# Whose runbooks a live machine takes: signed by a key of a store that only administrators can write, or --allow-unsigned.
# Wine shows the mode of a file as its access control list, so that chmod is what icacls is elsewhere.
set -eu
: "${TLSMEND:?}" "${TLSMEND_SOURCE:?}" "${TLSMEND_BINARY:?}" "${TLSMEND_WIN64:?}"
. "$TLSMEND_SOURCE/tests/wine/prefix.sh"
fail() {
  echo "FAILED: $*" >&2
  exit 1
}
wine_prefix trust
cd "$work"
keys=$TLSMEND_SOURCE/tests/cli/keys
data=$WINEPREFIX/drive_c/ProgramData
mkdir -p acme "$data"
chmod go-w "$WINEPREFIX" "$WINEPREFIX/drive_c" "$data"
if [ -d "$data/tlsmend" ]; then find "$data/tlsmend" -type f -exec rm -f {} +; fi
cat >site.lua <<'LUA'
local part = require "acme.part"
return { id = "site", version = "1.0.0", title = "Site", needs = { registry = { part.KEY } },
  run = function() require "registry".set(part.KEY, "Level", part.LEVEL) end, verify = function() return true end }
LUA
part() { printf 'return { KEY = [[HKLM\\SOFTWARE\\Site]], LEVEL = %s }\n' "$1" >acme/part.lua; }

# expect EXIT WORDS ARGUMENTS...: what the command says and answers.
expect() {
  wanted=$1 words=$2 code=0
  shift 2
  wine "$TLSMEND_WIN64" "$@" >out 2>err </dev/null || code=$?
  [ "$code" = "$wanted" ] || fail "tlsmend $* exits $code, not $wanted: $(cat out err)"
  cat out err | tr -d '\r' | grep -q -e "$words" || fail "tlsmend $* does not say '$words': $(cat out err)"
}
level() { wine reg query 'HKLM\SOFTWARE\Site' /v Level 2>/dev/null | tr -d '\r' | sed -n 's/.*REG_DWORD *//p'; }

part 1
expect 2 'signature: none' plan site.lua -m live
expect 3 'not signed' apply site.lua -m live --yes
[ -z "$(level)" ] || fail "something was written"
expect 0 'applied with --allow-unsigned' apply site.lua -m live --yes --allow-unsigned
[ "$(level)" = 0x1 ] || fail "not written: $(level)"
grep -q '"allow_unsigned":true' "$data"/tlsmend/*.journal || fail "the journal does not say so"

part 2
"$TLSMEND" sign site.lua -s "$keys/ann.key" >/dev/null
expect 2 'not in the trust store' plan site.lua -m live
expect 3 'not in the trust store' apply site.lua -m live --yes
mkdir -p "$data/tlsmend/trust"
chmod 755 "$data/tlsmend/trust"
cp "$keys/ann.pub" "$data/tlsmend/trust/ann.pub"
for place in "$data/tlsmend/trust" "$data/tlsmend/trust/ann.pub" "$data/tlsmend"; do
  mode=$(stat -c %a "$place")
  chmod o+w "$place"
  expect 3 'can be written by others' plan site.lua -m live
  chmod "$mode" "$place"
done
sed '1s/$/ expires:2020-12-31/' "$keys/ann.pub" >"$data/tlsmend/trust/ann.pub"
expect 3 'expired on 2020-12-31' apply site.lua -m live --yes
cp "$keys/ann.pub" "$data/tlsmend/trust/ann.pub"
[ "$(level)" = 0x1 ] || fail "something was written"
expect 0 'signature: ann' apply site.lua -m live --yes
[ "$(level)" = 0x2 ] || fail "not written: $(level)"
part 3
expect 3 'not the file that was signed' apply site.lua -m live --yes --allow-unsigned
[ "$(level)" = 0x2 ] || fail "something was written"
echo "a live machine takes what its store trusts"
