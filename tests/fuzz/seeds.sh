#!/bin/sh
# seeds.sh TARGET FOLDER: writes what the fuzz target begins with into FOLDER, and its words (a dictionary) into FOLDER.words. Made
# here, by hand or by the command (TLSMEND); nothing is taken from a real machine. What was found once stands here too, as "found-...".
set -eu
target=$1
folder=$2
mkdir -p "$folder"
: >"$folder.words"
words() { for word; do printf '"%s"\n' "$word"; done >>"$folder.words"; }
seed() { cat >"$folder/$1"; }
keys=$TLSMEND_SOURCE/tests/cli/keys

registration() {
  printf '%s\r\n\r\n[HKEY_LOCAL_MACHINE\\a]\r\n@="b\\\\"\r\n"n"=dword:0000000a\r\n"h"=hex(7):61,00,\\\r\n  00,00\r\n"d"=-\r\n\r\n[-HKLM\\c]\r\n' "$1"
}

# A machine, a runbook with a change of each kind, and what they come to; for plan, page, journal.
work=$folder.work
made() {
  rm -rf "$work"
  mkdir "$work"
  cd "$work"
  cat >pc.reg <<'END'
Windows Registry Editor Version 5.00

[HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows NT\CurrentVersion]
"CurrentBuildNumber"="7601"
"CurrentVersion"="6.1"

[HKEY_LOCAL_MACHINE\SOFTWARE\Site]
"Text"="old"
"Number"=dword:00000001

[HKEY_LOCAL_MACHINE\SOFTWARE\Site\Gone]

[HKEY_LOCAL_MACHINE\SOFTWARE\tlsmend\Facts]
"Architecture"="x64"
END
  cat >seed.lua <<'END'
local registry, reboot = require "registry", require "reboot"
local SITE = "HKLM\\SOFTWARE\\Site"
return { id = "seed", version = "1.0.0", title = "a change of each kind", needs = { registry = { SITE }, reboot = true },
  params = { text = { type = "string", default = "new" } }, references = { "https://example.com/" },
  run = function(params)
    registry.set(SITE, "Text", params.text)
    registry.set(SITE .. "\\New", "List", { "a", "b" })
    registry.delete(SITE, "Number")
    reboot.barrier("because")
    registry.set(SITE, "Late", 1, { view = 32 })
  end }
END
  "$TLSMEND" plan ./seed.lua -m sim:pc.reg -o seed.plan >/dev/null || [ $? -eq 2 ]
}

# The records of the journals in a folder without their digests, behind the letter that says what to do with them.
records() {
  for journal in "$1"/*.journal; do
    { printf '%s' "$2"; cut -c66- "$journal"; } | seed "$3"
  done
}

case $target in
  regfile | snapshot)
    registration 'Windows Registry Editor Version 5.00' | seed utf8
    registration 'REGEDIT4' | seed ansi
    [ "$target" = snapshot ] || { printf '\377\376'; iconv -f UTF-8 -t UTF-16LE "$folder/utf8"; } | seed utf16
    words 'Windows Registry Editor Version 5.00' REGEDIT4 '[HKEY_LOCAL_MACHINE\\' '[-HKLM\\' 'dword:' 'hex(' 'hex:' '=-' \
      '\xff\xfe' '\xef\xbb\xbf' ',\\\x0d\x0a  '
    if [ "$target" = snapshot ]; then
      made
      seed machine <pc.reg
      cat - pc.reg <<'END' | sed '1,/^$/{/./!d}' | seed facts
Windows Registry Editor Version 5.00
[HKEY_LOCAL_MACHINE\SOFTWARE\tlsmend\Facts\Files\64]
"System32\\winhttp.dll"="6.1.7601.23375"
[HKEY_LOCAL_MACHINE\SOFTWARE\tlsmend\Facts\Files\32]
"System32\\schannel.dll"="6.1"
[HKEY_LOCAL_MACHINE\SOFTWARE\tlsmend\Facts\Hotfixes]
"KB3140245"=""
[HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\ProductOptions]
"ProductType"="ServerNT"
END
      words 'tlsmend\\Facts\\Files\\64]' 'tlsmend\\Facts\\Hotfixes]' Architecture CurrentBuildNumber UBR '"6.1.7601.23375"' Wow6432Node
    fi
    ;;
  tls)
    random='01234567890123456789012345678901'
    printf '\004\026\003\003\000\052\002\000\000\046\003\003%s\000\000\057\000' "$random" | seed hello
    printf '\005\026\003\003\000\062\002\000\000\056\003\003%s\000\023\001\000\000\006\000\053\000\002\003\004' "$random" | seed last
    printf '\002\025\003\001\000\002\001\160\025\003\001\000\002\002\106' | seed alert
    printf '\000\200\016\004\000\001\000\002\000\000\000\003\000\000\001\000\200' | seed first
    printf '\003HTTP/1.1 400 Bad Request\r\n' | seed plain
    ;;
  plan)
    made
    { printf b; cat seed.plan; } | seed as-it-is
    { printf a; cat seed.plan; } | seed summed
    # One with an update, because that has members of its own.
    "$TLSMEND" plan winhttp-tls12 -m sim:win7-sp1-x64 -o update.plan >/dev/null || [ $? -eq 2 ]
    { printf a; cat update.plan; } | seed update
    words '"kind": ' '"key-create"' '"key-delete"' '"value-set"' '"value-delete"' '"update-install"' '"reboot"' '"before": null' \
      '"after": null' '"raw": ' '"type": "REG_MULTI_SZ"' '"type": "REG_0x0000abcd"' '"secret": true' '"unknown"' '"phase": 1' '"view": 32'
    ;;
  page)
    made
    seed plan <seed.plan
    "$TLSMEND" apply ./seed.lua -m sim:pc.reg --yes --reboot never --format json 2>/dev/null >report.json || [ $? -eq 194 ]
    seed report <report.json
    "$TLSMEND" status -m sim:pc.reg --format json 2>/dev/null >status.json || true
    seed status <status.json
    "$TLSMEND" rollback -m sim:pc.reg --yes --format json 2>/dev/null >undone.json || true
    seed undone <undone.json
    # Kinds, states and keys of approvals stood in the page as they were.
    for member in kind status key; do
      sed 's/\("'$member'": "\)/\1\\"><img src=x>/' report.json | seed "found-markup-$member"
    done
    sed 's/"kind": "/"kind": "<img src=x>/' seed.plan | seed found-markup-plan
    words '"schema": "tlsmend-plan/1"' '"schema": "tlsmend-report/1"' '"schema": "tlsmend-status/1"' '<script>' '</script>' '&' '\\u0000' \
      '"changes": [' '"runs": [' null '{}' '[]' '"machine": '
    ;;
  journal)
    made
    "$TLSMEND" apply ./seed.lua -m sim:pc.reg --yes --reboot never >/dev/null 2>&1 || [ $? -eq 194 ]
    for journal in pc.reg.tlsmend/*.journal; do { printf b; cat "$journal"; } | seed as-it-is; done
    records pc.reg.tlsmend a open
    "$TLSMEND" rollback -m sim:pc.reg --yes >/dev/null 2>&1
    records pc.reg.tlsmend a undone
    words '{"record":"step","step":0,"state":"' '"record":"end"' '"record":"barrier"' '"record":"restarted"' '"record":"resumed"' \
      '"record":"undo"' '"record":"await"' '"boot":"' intended done undoing undone left '"result":"' '\x0a'
    ;;
  resume)
    made
    "$TLSMEND" snapshot -m sim:win7-sp1-x64+KB3140245 -o pc.reg >/dev/null
    "$TLSMEND" apply winhttp-tls12 -m sim:pc.reg --yes --reboot never --state one >/dev/null 2>&1 || [ $? -eq 194 ]
    records one a resume
    records one b rollback
    # Cut at each record: killed there.
    number=1
    while [ "$number" -lt "$(wc -l <"$folder/resume")" ]; do
      head -n "$number" "$folder/resume" | seed "killed-$number"
      number=$((number + 1))
    done
    words '{"record":"step","step":0,"state":"' '"record":"end"' '"record":"barrier"' '"record":"restarted"' '"record":"resumed"' \
      '"record":"undo"' '"record":"await"' '"boot":"boot-1"' '"deadline":1' intended done undoing undone left '\x0a'
    ;;
  signature)
    for key in ann.pub bob.pub ann.key bob.key; do { printf '\000'; cat "$keys/$key"; } | seed "$key"; done
    made
    "$TLSMEND" approve seed.plan -s "$keys/ann.key" --approver Ann --ticket CHG1 --expires 2030-01-01 >/dev/null
    { printf '\001'; cat seed.plan.minisig; } | seed signature
    printf '\002timestamp:1763769600\tfile:x.plan\thashed\tapprover:Ann\tticket:CHG1\texpires:2030-01-01T12:00:00Z' | seed comment
    printf '\00214d' | seed days
    printf '\002timestamp:176376996376999999999\tapprover:Ann' | seed found-time # took longer than anybody waits
    printf '\003\020\002a\100\201b\200\000c' | seed edits
    words 'untrusted comment: ' 'trusted comment: ' 'expires:' 'approver:' 'ticket:' 'timestamp:' RUQ RWQ 2026-12-31 T23:59:59Z 99999999d '\x09'
    ;;
  bundle)
    made
    mkdir -p site
    printf 'return { owner = "Ann" }\n' >site/part.lua
    { printf 'local part = require "site.part"\n'; cat seed.lua; } >asking.lua
    "$TLSMEND" sign asking.lua -s "$keys/ann.key" >/dev/null 2>&1
    { printf c; sed -n 's/^trusted comment: //p' asking.lua.minisig; } | tr -d '\n' | seed comment
    "$TLSMEND" sign asking.lua seed.lua -s "$keys/ann.key" -o both.tlsmend >/dev/null 2>&1
    { printf a; cat both.tlsmend; } | seed whole
    { printf b; tail -n +5 both.tlsmend; } | seed resigned
    { printf d; sed '1s/$/ expires:2030-12-31/' "$keys/ann.pub"; } | seed key
    { printf e; cat asking.lua; printf 'require("a.b") --[[ require "c" ]] require[[d]] x.require "e"\n'; } | seed asking
    words 'tlsmend-bundle 1' '\x0aend\x0a' '\x0akey RW' 'runbook ' 'module ' 'package ' 'module:' 'comment:' 'file:' 'expires:' 'require "' 'require(' \
      '--[[' ']]' '\x09' '..' 18446744073709551615
    ;;
  pol)
    wide() { printf '%b' "$1" | iconv -f UTF-8 -t UTF-16LE; }
    entry() { wide "[$1\\0;$2\\0;"; printf '%b' "$3"; wide ';'; printf '%b' "$4"; wide ';'; printf '%b' "$5"; wide ']'; }
    { printf 'aPReg\001\000\000\000'; entry 'SOFTWARE\\\\a' n '\004\000\000\000' '\004\000\000\000' '\001\000\000\000'; entry 'SOFTWARE\\\\a' '**del.n' '\001\000\000\000' '\004\000\000\000' ' \000\000\000'; } | seed entries
    { printf '\001PReg\001\000\000\000'; entry b '**delvals.' '\001\000\000\000' '\002\000\000\000' '\000\000'; entry b '**deletevalues' '\001\000\000\000' '\006\000\000\000' 'a\000;\000\000\000'; } | seed stopped
    words 'PReg\x01\x00\x00\x00' '[\x00' ';\x00' ']\x00' '*\x00*\x00d\x00e\x00l\x00.\x00' '*\x00*\x00s\x00o\x00f\x00t\x00.\x00'
    ;;
  worker)
    # The first byte: 1 greeted, 2 verifying, 4 bytes as they come, 8 loading.
    printf '\001\001\000\000\003\005\000\005\004\002\000\000\000\001\001' | seed get
    printf '\001\001\005\000\007\005\000\005\004\002\000\002\004\004\004aaaa\001\000\005\016\000\000\001\001' | seed set
    printf '\001\001\033\005\010\001\005\016\001\033\005\011\001\005\016' | seed modules
    printf '\011\001\011\000\001\005\002\000\003\001\005\004' | seed loading
    printf '\003\001\030\000\004\005\015\002\001\000\000' | seed verifying
    printf '\005\012\000\000\000Ri\000\000\000\000\000\000\000\000n' | seed result
    printf '\005\034\000\000\000Ri\365\377\377\377\377\377\377\377s\006\000\000\000failed\000' | seed failure
    version=$("$TLSMEND" version | sed 's/[^0-9.]*\([0-9.]*\).*/\1/')
    printf '\005\021\000\000\000Ri\365\377\377\377\377\377\377\377s\001\000\000\000\n\000' | seed nothing_said
    printf '\004\025\000\000\000Hs\007\000\000\000%s 1\000s\001\000\000\000\n\000' "$version" | seed nothing_missing
    printf '\004\017\000\000\000Hs\007\000\000\000%s 1\000t' "$version" | seed no_text_missing
    printf '\004\017\000\000\000Hs\007\000\000\000%s 1\000nn\012\000\000\000Ri\000\000\000\000\000\000\000\000n' "$version" | seed greeting
    words '\x00\x00\x00A' '\x00\x00\x00R' '\x00\x00\x00H' 's\x01\x00\x00\x00' 'i\x01\x00\x00\x00\x00\x00\x00\x00'
    ;;
  header)
    cat <<'END' | seed full
{"id": "full", "version": "1.0", "title": "Full", "summary": "All", "references": ["https://example.org/"], "params": [
{"name": "a", "type": "string", "choices": ["x", "y"], "default": "x", "help": "h"},
{"name": "b", "type": "integer", "default": 7, "help": ""}, {"name": "c", "type": "boolean", "default": null, "help": ""},
{"name": "d", "type": "path", "default": "C:\\x", "help": ""},
{"name": "e", "type": "string[]", "choices": ["x"], "default": ["x"], "help": ""},
{"name": "f", "type": "string", "default": null, "help": "", "secret": true}],
"needs": {"registry": ["HKLM\\SOFTWARE\\Site", "32:HKLM\\A"], "reads": ["HKU\\*\\A"], "updates": ["KB3140245"],
"packages": ["signer:acme"], "files": ["System32\\a.dll"], "legacy": ["TLS 1.1"], "off": ["TLS 1.3"], "probes": ["a:443"],
"modules": ["cmdb"], "reboot": true}, "verifies": "effect", "verify": true}
END
    cat <<'END' | seed small
{"id": "a", "version": "1", "title": "t", "references": [], "params": [], "needs": {"registry": [], "reads": [],
"updates": [], "packages": [], "files": [], "probes": true, "reboot": false}, "verify": false}
END
    words '"id": ' '"params": [' '"name": ' '"type": ' '"choices": [' '"default": ' '"secret": true' '"needs": {' '"registry": ['
    words '"string[]"' '"path"' '"boolean"' null true 'HKLM' Wow6432Node 'HKU' '..' 9223372036854775807 '"probes": true'
    ;;
  policy)
    key=$(tail -n 1 "$keys/ann.pub")
    printf '{"schema": "tlsmend-policy/1", "machines": ["sim", "live"], "approvals": 1, "keys": ["%s"], "expiry": true}' "$key" | seed all
    printf '{"schema": "tlsmend-policy/1", "approvals": 2, "keys": ["%s", "%s"]} ' "$key" "$(tail -n 1 "$keys/bob.pub")" | seed two
    printf '{"schema": "tlsmend-policy/1", "approvals": 0}' | seed none
    words '"schema": "tlsmend-policy/1"' '"machines": [' '"approvals": ' '"keys": [' '"expiry": ' true '"sim"' '"live"' 18446744073709551616
    ;;
  runbook)
    made
    seed each-kind <seed.lua
    for name in "$TLSMEND_SOURCE"/runbooks/w*.lua; do seed "$(basename "$name")" <"$name"; done
    seed small <<'END'
return { id = "fuzz", version = "1.0.0", title = "t", needs = {}, run = function(p) for k, v in pairs(p) do print(k, v) end end,
  applies = function() return true, "why" end, verify = function() return true end }
END
    seed escape <<'END'
local r = require "registry"
return { id = "fuzz", version = "1", title = "t", needs = { registry = { "HKLM\\SOFTWARE\\Site" } },
  run = function() pcall(r.set, "HKLM\\SOFTWARE\\Site\\..\\Other", "a", "b")
    local c = coroutine.wrap(function() pcall(function() while true do end end) end)
    c() r.set("HKLM\\SOFTWARE\\Site", "a", string.rep("x", 1000)) end }
END
    words 'require "' registry update reboot system hotfix files probe log 'needs = {' 'params = {' 'type = "' 'default = ' 'applies = ' \
      'run = function' 'verify = function' 'pcall(' 'coroutine.wrap(' 'setmetatable(' 'string.rep(' 'string.format(' 'error(' 'registry.set(' \
      'HKLM\\\\SOFTWARE\\\\' REG_MULTI_SZ '\\x1bLua' ' = ' '..' '__index' 'goto ' '<close>' '<const>'
    ;;
  reach)
    # FUNCTION (two bytes), form (arguments; 100 in a coroutine, 200 as a metamethod and the like), arguments.
    for number in 0 1 2 3 4 5 6 7; do
      printf "\\000\\0${number}0\\001\\012\\000\\0${number}3\\002\\100\\034\\000\\0${number}5\\103\\101\\012\\002\\000\\0${number}7\\200" | seed "some$number"
    done
    ;;
  arguments)
    printf 'apply\000winhttp-tls12\000-m\000sim:pc.reg\000-p\000package=x\000--yes\000--reboot=auto' | seed apply
    printf 'plan\000a\000--format\000json\000--limit-memory\00064M\000--limit-instructions=5\000-oout.plan' | seed plan
    printf -- '--\000--help\000-\000-m=\000--approvals\0000\000--timeout=99999999999999999999' | seed odd
    printf 'plan\000--reboot=au\354o\n\033[2J\302\233' | seed found-bytes # an error repeated bytes that are no text
    # The words are the options that the help of each command lists.
    for command in $("$TLSMEND" help | sed -n 's/^  tlsmend \([a-z]*\) .*/\1/p'); do
      words "$command"
      "$TLSMEND" help "$command"
    done | grep -o -e ' --[a-z-]*' | sort -u >"$folder.options"
    while read -r option; do words "$option"; done <"$folder.options"
    rm "$folder.options"
    words '\x00' = json html auto never 64M 18446744073709551616
    ;;
  *)
    echo "seeds.sh: there are no seeds for '$target': write some" >&2
    exit 1
    ;;
esac
rm -rf "$work"
