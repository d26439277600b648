#!/bin/sh
# Things that have one door in the host's sources, and the words by which somebody would go round it.
cd "$(dirname "$0")/../.." || exit 1
failed=0

# door WORDS WHAT EXPRESSION FILE...: in no source below host/ but these
door() {
  words=$1 expression=$2
  shift 2
  found=$(grep -rnE --include='*.c' --include='*.h' "$expression" host | grep -vE '^[^:]*:[0-9]+: *(/?\*|//)')
  for file in "$@"; do
    # Who has a door and no longer uses it, or an expression that finds nothing, would let anything through unseen.
    printf '%s\n' "$found" | grep -q "^host/$file:" || { echo "FAILED: host/$file has a door that it does not use: $words"; failed=1; }
    found=$(printf '%s\n' "$found" | grep -v "^host/$file:")
  done
  [ -z "$found" ] && return
  echo "$words:"
  printf '%s\n' "$found"
  failed=1
}

door 'the environment is asked by os_environment, in UTF-8, and never for a folder of the system' \
  '\b_?w?getenv(_s)?\b|ExpandEnvironmentStrings' os/posix/dir.c os/posix/process.c os/posix/args.c cli/line.c
door 'a path below System32 is made by wide_system_path, which knows of SysWOW64' \
  'System32\\\\|SysWOW64|Sysnative|GetSystemWow64Directory' os/win32/wide.c machine/win32/event.c \
  machine/win32/install.c machine/win32/resume.c session/policy/policy_files.c \
  machine/win32/win32.h machine/guard.c
door 'what kind a machine is stands in the table of back ends, not in its name' \
  'ops->name|str[a-z]*cmp\([^;]*"(live|sim)[":]|backend_find\("|(machine|spec) = "(live|sim)' machine/machine.c
door 'CurrentState of servicing stands in one table, machine/update/cbs.h' \
  '"CurrentState"' machine/update/cbs.h
door 'a text gets a machine where it is run, the programs of the host theirs in host_lua.c' \
  '\bscript_host_(begin|lend)\(' script/primitives/host.c script/primitives/host.h script/dispatch.c script/host_lua.c
door 'what a text is run on stands behind a guard, made where it is run' \
  '\bguard_open\(' machine/guard.c machine/guard.h script/primitives/host.c
door 'a value of a script becomes a text by sandbox_text, which tells no address' \
  'luaL_tolstring|"[^"]*%p[^"]*"' script/sandbox/text.c
door 'tables of scripts are gone through in one order, by sandbox_keys; others only count, or sort themselves' \
  'lua_next\(' script/sandbox/pairs.c script/param_lua.c script/declaration.c script/modules/registry.c script/require.c script/json_lua.c
door 'Lua is given metatables of scripts by l_setmetatable, which copies them' \
  'lua_setmetatable\(' script/sandbox/metatable.c script/sandbox/globals.c script/suggest.c script/require.c script/declaration.c

# Only who reads lets others delete: never a handle that writes.
found=$(grep -rn -A1 --include='*.c' 'GENERIC_WRITE' host | grep FILE_SHARE_DELETE)
if [ -n "$found" ]; then
  echo "a file that is written is shared for deleting:"
  printf '%s\n' "$found"
  failed=1
fi

# rule WORDS EXPRESSION PATTERN...: in no file of ours whose name fits
rule() {
  words=$1 expression=$2
  shift 2
  listed=$(for pattern; do find CMakeLists.txt host stdlib runbooks tests -type f -path "$pattern"; done)
  [ -n "$listed" ] || { echo "FAILED: no file is called $*"; failed=1; }
  found=$(printf '%s\n' "$listed" | xargs grep -nE "$expression")
  [ -z "$found" ] && return
  echo "$words:"
  printf '%s\n' "$found"
  failed=1
}
rule 'a pointer is asked as !p and p; NULL is compared where a truth is wanted as a number' \
  '[=!]= NULL( \?| &&| \|\||;|$| \{|\)$)|[^=!]== NULL\)' 'host/*.[ch]' 'tests/*.[ch]'
rule 'so is a character: !*at and *at' "[=!]= '.0'" 'host/*.[ch]'
rule 'a heading is a comment like others, without rules of dashes' \
  '^[[:space:]]*(--|#|//|/?\*) ?[-=*#~]{3,}' '*.lua' '*.sh' '*.cmake' '*CMakeLists.txt' '*.[ch]'
exit $failed
