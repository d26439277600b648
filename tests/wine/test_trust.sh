#!/bin/sh
# Whose runbooks a live machine takes: signed by a key of a store that only administrators can write, or --allow-unsigned.
# Wine shows the mode of a file as its access control list, so that chmod is what icacls is elsewhere.
set -eu
: "${TLSMEND:?}" "${TLSMEND_SOURCE:?}" "${TLSMEND_BINARY:?}"
. "$TLSMEND_SOURCE/tests/wine/prefix.sh"
fail() {
  echo "FAILED: $*" >&2
  exit 1
}
command -v gcab >/dev/null || {
  echo "NOT RUN: $0: no gcab here. Install it with: sh tests/setup.sh" >&2
  exit 77
}
rm -rf "$TLSMEND_BINARY/tests/wine/trust"
wine_prefix trust
wine winecfg -v win7
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

# Packages by who has signed them: beside a file, and out of a bundle, from which wusa gets a copy.
cat >upd.lua <<'LUA'
local hotfix, update, reboot = require "hotfix", require "update", require "reboot"
return { id = "upd", version = "1.0.0", title = "Upd", params = { package = { type = "path" } },
  needs = { updates = { "KB3140245" }, reboot = true, packages = { "signer:ann" } },
  run = function(params)
    if hotfix.covers "KB3140245" then return end
    update.install { kb = "KB3140245", from = params.package }
    reboot.barrier "KB3140245"
  end,
  verify = function() return true end }
LUA
name=windows6.1-kb3140245-$arch.msu
sh "$TLSMEND_SOURCE/tests/wine/msu.sh" "$work" >/dev/null
"$TLSMEND" sign upd.lua -s "$keys/ann.key" >/dev/null
expect 3 'has no signature' plan upd.lua -m live -p package=$name
"$TLSMEND" sign $name -s "$keys/ann.key" >/dev/null
expect 0 'signature: ann' verify $name
expect 2 KB3140245 plan upd.lua -m live -p package=$name
"$TLSMEND" sign upd.lua $name -s "$keys/ann.key" -o upd.tlsmend >/dev/null
size=$(wc -c <upd.tlsmend)
{ head -c $((size - 1)) upd.tlsmend && printf '\377'; } >bad.tlsmend
cmp -s upd.tlsmend bad.tlsmend && printf '\376' | dd of=bad.tlsmend bs=1 seek=$((size - 1)) conv=notrunc 2>/dev/null
expect 3 bad.tlsmend plan bad.tlsmend -m live
mv "$data/tlsmend/trust/ann.pub" "$data/tlsmend/trust/bob.pub"
expect 3 'must be signed by ann (its needs.packages): it is signed by bob' plan upd.tlsmend -m live
mv "$data/tlsmend/trust/bob.pub" "$data/tlsmend/trust/ann.pub"
expect 2 "upd.tlsmend|$name" plan upd.tlsmend -m live -o upd.plan --format json
cp upd.tlsmend kept && printf x >>upd.tlsmend
expect 3 upd.tlsmend apply --plan upd.plan -m live --yes --reboot never
pending='HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending'
wine reg query "$pending" >/dev/null 2>&1 && fail "something was installed"
mv kept upd.tlsmend
expect 194 'signature: ann' apply --plan upd.plan -m live --yes --reboot never
wine reg query "$pending" >/dev/null 2>&1 || fail "wusa has installed nothing"
[ ! -e "$data/tlsmend/packages" ] || fail "the copy of the package is still there"
echo "a live machine takes what its store trusts, packages too"
