#!/bin/sh
# A secret that a runbook treats as badly as it can, through every command and format: it stands in the journal and the machine only.
set -eu
: "${TLSMEND:?}" "${TLSMEND_SOURCE:?}"
work=$(mktemp -d "${TMPDIR:-/tmp}/tlsmend-canary.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"
canary='Kanari-7,enVogel'
number=8675309021
"$TLSMEND" snapshot -m sim:win7-sp1-x64 -o pc.reg >/dev/null
cp pc.reg fresh.reg
bad=0 count=0

# try EXIT ARGUMENT...: the command ends so; nothing that it says or writes holds a secret, in any piece of eight bytes from its beginning
try() {
  wanted=$1 code=0
  shift
  count=$((count + 1))
  "$TLSMEND" "$@" >said.out 2>said.err || code=$?
  [ "$code" = "$wanted" ] || {
    echo "FAILED: exit $code, not $wanted: $*" | sed "s/$canary/CANARY/g"
    sed 's/^/    /' said.out said.err
    bad=$((bad + 1))
  }
  found=$(grep -l -a -e 'Kanari-7' -e "$number" -- * 2>/dev/null | grep -v -x -e '.*\.reg' || :)
  [ -z "$found" ] || {
    echo "FAILED: the secret stands in $found: $*" | sed "s/$canary/CANARY/g"
    grep -h -a -e 'Kanari-7' -e "$number" $found | sed 's/^/    /'
    bad=$((bad + 1))
    rm -f -- $found
  }
}

# leak NAME CODE: a runbook whose `run` is the code
leak() {
  cat >"$1.lua" <<LUA
local registry, log = require "registry", require "log"
local KEY = "HKLM\\\\SOFTWARE\\\\Agent"
return { id = "$1", version = "1.0.0", title = "a password", needs = { registry = { KEY } },
  params = { password = { type = "string", secret = true }, pin = { type = "integer", secret = true, default = 0 },
    words = { type = "string[]", secret = true, default = {} }, site = { type = "string", default = "north" } },
  $3
  run = function(params)
    $2
  end${4:-} }
LUA
}
secrets="-p pin=$number -p password=$canary"

leak set 'registry.set(KEY, "Password", params.password, { secret = true, why = "logs on with " .. params.password })' ''
for format in text json html terraform sarif junit; do
  try 2 plan ./set.lua -m sim:pc.reg -p "password=$canary" -p pin=$number -p site=south --format $format
done
for language in de nl sv da; do
  try 2 plan ./set.lua -m sim:pc.reg -p "password=$canary" --lang $language
done
try 2 plan ./set.lua -m sim:pc.reg -p "password=$canary" -p pin=$number -o set.plan
grep -q 'apply --plan set.plan.* -p password -p pin\|apply --plan set.plan.*-p pin' said.out || {
  echo "FAILED: what comes next"
  cat said.out
  bad=1
}
try 0 report set.plan -o set.html

# A saved plan is applied with the secrets given again, and with no others.
try 3 apply --plan set.plan --yes
try 3 apply --plan set.plan --yes -p "password=$canary"
try 64 apply --plan set.plan --yes -p site=east
try 64 apply --plan set.plan --yes -p "$canary"
try 64 apply --plan set.plan --yes -p "password=$canary" -p "password=$canary"
try 64 apply --plan set.plan --yes -p "password=$canary" -p "pin=${number}x"
cmp -s pc.reg fresh.reg || { echo "FAILED: written to the machine" && bad=1; }
try 0 apply --plan set.plan --yes -p "password=$canary" -p pin=$number
grep -q Kanari pc.reg || { echo "FAILED: the secret was not written" && bad=1; }
for format in text json; do
  try 0 status -m sim:pc.reg --format $format
done
try 0 status -m sim:pc.reg --verify
# The machine has it now: what was read is no hole either.
try 0 plan ./set.lua -m sim:pc.reg -p "password=$canary" -p pin=$number --format json
try 2 plan ./set.lua -m sim:pc.reg -p "password=other secret" --format json
grep -q 'other secret' said.out said.err && { echo "FAILED: another secret is shown" && bad=1; }
try 0 rollback -m sim:pc.reg --yes --format html
cp fresh.reg pc.reg
rm -rf pc.reg.tlsmend

# What a script makes of it.
leak reason 'registry.set(KEY, "A", 1, { why = "because of " .. params.password .. " and " .. params.pin })' ''
leak value 'registry.set(KEY, "A", params.password)' ''
leak middle 'registry.set(KEY, "A", "user=x;password=" .. params.password .. ";")' ''
leak list 'registry.set(KEY, "A", { "x", params.password })' ''
leak bytes 'registry.set(KEY, "A", params.password, { type = "REG_BINARY" })' ''
leak quad 'registry.set(KEY, "A", params.pin, { type = "REG_QWORD" })' ''
leak finding 'log.finding("the password is " .. params.password) registry.set(KEY, "A", 1)' ''
leak lines 'log.info("x" .. params.password .. "x") log.warn(params.password) log.debug("" .. params.pin) registry.set(KEY, "A", 1)' ''
leak twice 'log.finding(params.password .. params.password) log.finding(params.password:rep(100)) registry.set(KEY, "A", 1)' ''
leak applies 'registry.set(KEY, "A", 1)' 'applies = function() return true, "yes" end,'
leak verify 'registry.set(KEY, "A", 1)' '' ', verify = function(params) return false, "no " .. params.password end'
leak verified 'registry.set(KEY, "A", 1)' '' ', verify = function(params) error(params.password) end'
leak checked 'registry.set(KEY, "A", 1)' '' ', verify = function(params) log.finding(params.password) log.warn("" .. params.pin) return true end'
for name in reason value middle list bytes quad finding lines twice applies verify verified checked; do
  for format in text json html terraform sarif junit; do
    try 2 plan ./$name.lua -m sim:pc.reg -p "password=$canary" -p pin=$number --format $format
  done
  try 2 plan ./$name.lua -m sim:pc.reg -p "password=$canary" -p pin=$number -o $name.plan
  case $name in verif*) code=1 ;; *) code=0 ;; esac
  try $code apply --plan $name.plan --yes -p "password=$canary" -p pin=$number --allow-unsigned
  rm -rf pc.reg.tlsmend
  cp fresh.reg pc.reg
  for format in json html; do
    try $code apply ./$name.lua -m sim:pc.reg --yes -p "password=$canary" -p pin=$number --format $format
    rm -rf pc.reg.tlsmend
    cp fresh.reg pc.reg
  done
done

# Errors, raised and made.
leak raise 'error("no: " .. params.password)' ''
leak number 'error(params.pin)' ''
leak table 'error(setmetatable({}, { __tostring = function() return params.password end }))' ''
leak refuse 'log.refuse("not with " .. params.password)' ''
leak index 'return ({})[params.password].x' ''
leak call 'string.rep()(params.password)' ''
leak arithmetic 'return params.password + 1' ''
leak type 'registry.set(KEY, "A", params.password, { type = params.password })' ''
leak option 'registry.set(KEY, "A", 1, { [params.password] = 1 })' ''
leak outside 'registry.set("HKLM\\SOFTWARE\\" .. params.password, "A", 1)' ''
leak root 'registry.get(params.password, "A")' ''
leak module 'require(params.password)' ''
leak chunk 'assert(load("return " .. params.password .. " x", params.password))()' ''
leak long 'error(("x"):rep(1000 - 12) .. params.password)' ''
leak longer 'error(("x"):rep(480) .. params.password)' ''
leak traced 'local function f() error(params.password, 0) end f()' ''
leak co 'local ok, e = coroutine.resume(coroutine.create(function() error(params.password) end)) error(e)' ''
for name in raise number table refuse index call arithmetic type option outside root module chunk long longer traced co; do
  for format in text json; do
    code=1
    case $name in refuse | outside) code=3 ;; root) code=1 ;; esac
    try $code plan ./$name.lua -m sim:pc.reg -p "password=$canary" -p pin=$number --format $format
  done
done

# The command line.
try 64 plan ./set.lua -m sim:pc.reg -p "pin=$canary"
try 64 plan ./set.lua -m sim:pc.reg -p "pin=${number}0000000000000000000"
try 64 plan ./set.lua -m sim:pc.reg -p "words=$canary,,"
try 64 plan ./set.lua -m sim:pc.reg -p "words=[\"$canary\", 1]"
try 64 plan ./set.lua -m sim:pc.reg -p "$canary"
try 64 plan ./set.lua -m sim:pc.reg -p "=$canary"
try 64 plan ./set.lua -m sim:pc.reg -p "passwort=$canary"
try 64 plan ./set.lua -m sim:pc.reg -p "password=$canary" -p "password=$canary"
try 64 plan ./set.lua -m sim:nosuch-machine -p "password=$canary"
try 2 plan ./set.lua -m sim:pc.reg -p "words=[\"$canary\"]" -p password=abcdefgh
try 0 test ./set.lua -p "password=$canary" -m sim:win7-sp1-x64 --format json
try 0 show ./set.lua

echo "$count commands kept the secret, $bad did not"
[ "$bad" = 0 ]
