#!/bin/sh
# Registry links lead nowhere: a key that is one is neither read, listed, written nor made, when a plan is made, when it is applied
# after the key was exchanged for a link, and where the link's target is not there. Windows' own links still lead where they should.
set -eu
. "$TLSMEND_SOURCE/tests/wine/prefix.sh"
rm -rf "$TLSMEND_BINARY/tests/wine/links"
wine_prefix links
cp "$TLSMEND_WIN64" "$work/tlsmend.exe"
"$MINGW" -std=c11 -Wall -Wextra -Werror -Wno-cast-function-type -o "$work/link.exe" "$TLSMEND_SOURCE/tests/wine/programs/link.c" -lshell32

fail() {
  echo "FAILED: $*" >&2
  cat "$work/last" >&2
  exit 1
}
tlsmend() { # EXIT ARGUMENT...
  wanted=$1
  shift
  code=0
  wine "$work/tlsmend.exe" "$@" >"$work/last" 2>&1 || code=$?
  [ "$code" -eq "$wanted" ] || fail "$*: exit $code, not $wanted"
}
reg() { wine reg.exe "$@" >"$work/reg" 2>&1; }
secret() { # EXPECTED
  reg query 'HKLM\SOFTWARE\Secret' /v Value || fail "the secret is gone"
  grep -q "$1" "$work/reg" || fail "the secret is no longer $1: $(cat "$work/reg")"
}

book() { # NAME BODY
  cat >"$work/$1.lua" <<END
local registry = require "registry"
local KEY = "HKLM\\\\SOFTWARE\\\\Site"
return { id = "$1", version = "1.0.0", title = "$1", needs = { registry = { KEY } }, run = function() $2 end }
END
  book=$(winepath -w "$work/$1.lua")
}
reg add 'HKLM\SOFTWARE\Secret' /v Value /d hidden /f
reg add 'HKLM\SOFTWARE\Secret\Below' /v Value /d hidden /f
reg add 'HKLM\SOFTWARE\Site' /v Value /d seen /f
wine "$work/link.exe" 'SOFTWARE\Site\Link' 'SOFTWARE\Secret' >"$work/last" || fail "no link was made"
reg query 'HKLM\SOFTWARE\Site\Link' /v Value || fail "the link leads nowhere: this proves nothing"

count=0
for body in 'registry.get(KEY .. "\\Link", "Value")' 'registry.keys(KEY .. "\\Link")' 'registry.values(KEY .. "\\Link")' \
  'registry.exists(KEY .. "\\Link")' 'registry.get(KEY .. "\\Link\\Below", "Value")' \
  'registry.set(KEY .. "\\Link", "Value", "changed")' 'registry.create(KEY .. "\\Link\\New")' \
  'registry.delete(KEY .. "\\Link", "Value")' 'registry.delete_key(KEY .. "\\Link")' 'registry.delete_key(KEY)'; do
  count=$((count + 1))
  book "try$count" "$body"
  tlsmend 3 plan "$book"
  grep -q 'is a link to another key' "$work/last" || fail "$body"
  grep -q hidden "$work/last" && fail "$body tells"
done
# Where the link leads nowhere, making the key would make what it leads to.
wine "$work/link.exe" 'SOFTWARE\Site\Dead' 'SOFTWARE\Nothing' >"$work/last" || fail "no dead link was made"
book dead 'registry.set(KEY .. "\\Dead", "Value", "made")'
wine "$work/tlsmend.exe" apply "$book" --yes --allow-unsigned >"$work/last" 2>&1 && fail "a dead link was written through"
reg query 'HKLM\SOFTWARE\Nothing' && fail "the target of a dead link was made"
secret hidden

# A key that is exchanged for a link between plan and apply.
book later 'registry.set(KEY .. "\\Later", "Value", "changed")'
reg add 'HKLM\SOFTWARE\Site\Later' /v Value /d hidden /f
tlsmend 2 plan "$book" -o "$(winepath -w "$work/later.plan")"
reg delete 'HKLM\SOFTWARE\Site\Later' /f
wine "$work/link.exe" 'SOFTWARE\Site\Later' 'SOFTWARE\Secret' || fail "no second link"
tlsmend 3 apply --plan "$(winepath -w "$work/later.plan")" --yes --allow-unsigned
secret hidden

# Windows' own: the control set, this user, classes.
book own 'assert(registry.get("HKLM\\SYSTEM\\CurrentControlSet\\Control\\ComputerName\\ComputerName", "ComputerName"))
  assert(registry.exists("HKCU\\Software")) assert(registry.exists "HKLM\\SOFTWARE\\Classes")
  for _, view in ipairs { 64, 32 } do assert(registry.exists("HKLM\\SOFTWARE\\Microsoft", view)) end
  assert(registry.exists("HKCU\\Software\\Classes") ~= nil) registry.exists "HKCR\\.txt"
  registry.set(KEY, "Value", "seen")'
sed -i 's/registry = { KEY }/registry = { KEY }, reads = { "HKLM\\\\SYSTEM", "HKCU", "HKLM\\\\SOFTWARE", "HKCR" }/' "$work/own.lua"
tlsmend 0 plan "$book"
tlsmend 0 plan "$book" --format json
echo "registry links: $count ways refused, a dead one and an exchanged one too"
