#!/bin/sh
# The distribution's minisign verifies what `tlsmend approve` signs, and what it signs counts as an approval.
set -eu
: "${TLSMEND:?}" "${TLSMEND_SOURCE:?}"
command -v minisign >/dev/null || {
  echo "SKIPPED: signatures are not compared with minisign: apt-get install minisign" >&2
  exit 77
}
work=$(mktemp -d "${TMPDIR:-/tmp}/tlsmend-minisign.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"
fail() {
  echo "FAILED: $*" >&2
  exit 1
}
tab=$(printf '\t')
keys=$TLSMEND_SOURCE/tests/cli/keys
"$TLSMEND" snapshot -m sim:win7-sp1-x64+KB3140245 -o pc.reg >/dev/null
"$TLSMEND" plan winhttp-tls12 -m sim:pc.reg -o pc.plan >/dev/null && fail "nothing to plan" || test $? = 2
cp pc.reg fresh.reg

# Keys as minisign makes them today, with a password and without.
minisign -G -W -p plain.pub -s plain.key >/dev/null
printf 'open sesame\nopen sesame\n' | minisign -G -p sealed.pub -s sealed.key >/dev/null 2>&1

"$TLSMEND" approve pc.plan -s plain.key --approver "Ann Ä. Lee" --ticket "CHG 42" --expires 14d >/dev/null
TLSMEND_PASSWORD="open sesame" "$TLSMEND" approve pc.plan -s sealed.key --approver Bob >/dev/null
minisign -V -p plain.pub -m pc.plan >out || fail "minisign does not verify ours"
grep -q "approver:Ann Ä. Lee${tab}ticket:CHG 42${tab}expires:20" out || fail "the trusted comment: $(cat out)"
minisign -V -H -p sealed.pub -m pc.plan -x pc.plan.2.minisig >/dev/null || fail "minisign does not verify ours (sealed key)"
minisign -V -p "$keys/ann.pub" -m pc.plan >/dev/null 2>&1 && fail "minisign takes another key"

apply() { "$TLSMEND" apply --plan pc.plan --yes "$@" >out 2>&1; }
apply --approved-by plain.pub --approved-by "$(tail -n 1 sealed.pub)" || fail "$(cat out)"

# The other way; over the file itself it does not count, whatever the key.
for legacy in '' -l; do
  for comment in "approver:Ann${tab}expires:2999-12-31" "approver:Ann${tab}expires:2001-12-31"; do
    rm -rf pc.reg.tlsmend pc.plan*
    cp fresh.reg pc.reg
    "$TLSMEND" plan winhttp-tls12 -m sim:pc.reg -o pc.plan >/dev/null || test $? = 2
    minisign -S $legacy -s plain.key -m pc.plan -t "$comment" >/dev/null
    code=0
    apply --approved-by plain.pub || code=$?
    case $legacy$comment in
      -l*) [ "$code" = 3 ] && grep -q "without -l" out || fail "the old kind counts: $code $(cat out)" ;;
      *2999*) [ "$code" = 0 ] || fail "what minisign signs does not count: $(cat out)" ;;
      *) [ "$code" = 3 ] && grep -q expired out || fail "an expired approval of minisign: $code $(cat out)" ;;
    esac
  done
done
cp fresh.reg pc.reg
rm -rf pc.reg.tlsmend pc.plan*
"$TLSMEND" plan winhttp-tls12 -m sim:pc.reg -o pc.plan >/dev/null || test $? = 2
minisign -S -s plain.key -m pc.plan >/dev/null
apply --approved-by plain.pub || fail "what minisign signs by itself does not count: $(cat out)"
"$TLSMEND" status -m sim:pc.reg --format json | grep -q '"open": 0' || fail "status"

# A comment of one's own, and carriage returns: refused, with the way out.
cp fresh.reg pc.reg
rm -rf pc.reg.tlsmend pc.plan*
"$TLSMEND" plan winhttp-tls12 -m sim:pc.reg -o pc.plan >/dev/null || test $? = 2
minisign -S -s plain.key -m pc.plan -c "by Ann" >/dev/null
apply --approved-by plain.pub && fail "a comment that nobody has signed"
grep -q "put that in its place" out || fail "no way out: $(cat out)"
sed -i "1s/.*/untrusted comment: signature from minisign secret key/; s/\$/\r/" pc.plan.minisig
apply --approved-by plain.pub && fail "carriage returns"
grep -q "carriage returns" out || fail "carriage returns are not named: $(cat out)"
tr -d '\r' <pc.plan.minisig >signature && mv signature pc.plan.minisig
apply --approved-by plain.pub || fail "the way out is none: $(cat out)"

# Runbooks: the same, and a bundle without tlsmend.
mkdir acme
cat >site.lua <<'LUA'
local part = require "acme.part"
return { id = "site", version = "1.0.0", title = "Site", needs = { registry = { part.KEY } },
  run = function() require "registry".set(part.KEY, "Level", 1) end }
LUA
cat >acme/part.lua <<'LUA'
return { KEY = [[HKLM\SOFTWARE\Site]] }
LUA
"$TLSMEND" sign site.lua -s plain.key -t "Acme Ä" >/dev/null
minisign -V -p plain.pub -m site.lua >out || fail "minisign does not verify a signed runbook"
grep -q "comment:Acme Ä${tab}module:acme/part.lua=$(sha256sum acme/part.lua | cut -c1-64)" out || fail "the list: $(cat out)"
"$TLSMEND" sign site.lua -s plain.key -o site.tlsmend >/dev/null
sed -n '1,4p' site.tlsmend >list.minisig
sed -n '5,/^end$/p' site.tlsmend >list
minisign -V -p plain.pub -m list >/dev/null || fail "minisign does not verify the list of a bundle"
grep -q "^runbook site.lua $(wc -c <site.lua) $(sha256sum site.lua | cut -c1-64)$" list || fail "the list: $(cat list)"
cat >alone.lua <<'LUA'
return { id = "alone", version = "1.0.0", title = "Alone", needs = {}, run = function() end }
LUA
minisign -S -s plain.key -m alone.lua -t "by hand" >/dev/null
"$TLSMEND" verify alone.lua -k plain.pub >out || fail "what minisign signs is not verified: $(cat out)"
grep -q "by hand" out || fail "the comment of minisign is not shown: $(cat out)"
minisign -S -l -s plain.key -m alone.lua -t "by hand" >/dev/null
"$TLSMEND" verify alone.lua -k plain.pub >out 2>&1 && fail "the old kind is taken for a runbook"
grep -q "without -l" out || fail "$(cat out)"

# Packages: ours by minisign, and what it writes by itself; its old kind is refused.
head -c 3000000 /dev/urandom >windows6.1-kb3140245-x64.msu
"$TLSMEND" sign windows6.1-kb3140245-x64.msu -s plain.key -t "Acme Ä" >/dev/null
minisign -V -H -p plain.pub -m windows6.1-kb3140245-x64.msu >out || fail "minisign does not verify a signed package"
grep -q "file:windows6.1-kb3140245-x64.msu${tab}hashed${tab}comment:Acme Ä" out || fail "the comment: $(cat out)"
minisign -S -s plain.key -m "$PWD/windows6.1-kb3140245-x64.msu" >/dev/null
"$TLSMEND" verify windows6.1-kb3140245-x64.msu -k plain.pub >out || fail "what minisign signs is not verified: $(cat out)"
mv windows6.1-kb3140245-x64.msu windows6.1-kb2999226-x64.msu
mv windows6.1-kb3140245-x64.msu.minisig windows6.1-kb2999226-x64.msu.minisig
"$TLSMEND" verify windows6.1-kb2999226-x64.msu -k plain.pub >out 2>&1 && fail "a package passes by another name"
grep -q "file named windows6.1-kb3140245-x64.msu" out || fail "$(cat out)"
minisign -S -l -s plain.key -m windows6.1-kb2999226-x64.msu >/dev/null
"$TLSMEND" verify windows6.1-kb2999226-x64.msu -k plain.pub >out 2>&1 && fail "the old form is taken for a package"
grep -q "without -l" out || fail "$(cat out)"

minisign -S -s plain.key -m site.lua -t "without its module" >/dev/null
"$TLSMEND" plan ./site.lua -m sim:pc.reg >out 2>&1 && fail "a module that nobody has signed is reached"
grep -q "covered by its signature" out || fail "$(cat out)"
echo "verified both ways"
