#!/bin/sh
# Which program becomes the worker of worker.c, whose runbook is a stranger: the installed command, the program itself, one that is named;
# what is said when there is none, or the wrong one; and that it says the same wherever its runbook runs.
set -eu
here=$TLSMEND_SOURCE/tests/embed
work=$(mktemp -d /tmp/tlsXXXXXX)
trap 'rm -rf "$work" "${bin:-}"' EXIT
prefix=$work/installed
cmake --install "$TLSMEND_BINARY" --prefix "$prefix" >"$work/log" || { cat "$work/log"; exit 1; }
lib=$(dirname "$(find "$prefix" -name 'libtlsmend.so' | head -n 1)")
command=$prefix/bin/tlsmend
default=$(sed -n 's/^CMAKE_INSTALL_PREFIX:PATH=//p' "$TLSMEND_BINARY/CMakeCache.txt")/bin
grep -q '^TLSMEND_SANITIZE:BOOL=ON' "$TLSMEND_BINARY/CMakeCache.txt" && flags=-fsanitize=address,undefined || flags=
mkdir "$work/shared" "$work/static"
cp "$here/worker.c" "$here/guest.lua" "$work"
cd "$work"
build() { # KIND FLAG...
  out=$1/program
  shift
  "${CC:-cc}" -std=c11 -Wall -Wextra -pedantic -Werror $flags -I"$prefix/include" worker.c -o "$out" -L"$lib" "$@" -pthread
}
build shared -ltlsmend "-Wl,-rpath,$lib"
build static -l:libtlsmend.a $(PKG_CONFIG_PATH=$lib/pkgconfig pkg-config --static --libs tlsmend | sed 's/-ltlsmend//; s/-L[^ ]*//')

failed=0
fail() {
  echo "FAILED: $*"
  head -n 3 "$work/out" | sed 's/^/    /'
  failed=1
}
says() { # WHAT TEXT COMMAND...: it prints a line that holds TEXT
  what=$1
  text=$2
  shift 2
  "$@" >"$work/out" 2>&1 || { fail "$what: exit $?"; return; }
  grep -qF -e "$text" "$work/out" && echo "ok: $what" || fail "$what: does not say '$text'"
}
same() { # WHAT COMMAND...: it prints what the program prints with its runbook in its own process
  what=$1
  shift
  "$@" >"$work/out" 2>&1 || { fail "$what: exit $?"; return; }
  cmp -s "$work/out" "$work/expected" && echo "ok: $what" || fail "$what: says something else"
}

shared/program i guest.lua >"$work/expected" 2>&1 || { cat "$work/expected"; exit 1; }
grep -q '0x1E942' "$work/expected" || { echo "FAILED: that is no plan"; cat "$work/expected"; exit 1; }

# The command of the same installation, wherever the program stands and whatever the environment says.
says "the installed command" "program: $command" shared/program v guest.lua
same "in the installed command" shared/program p guest.lua
says "from another folder" "program: $command" env -C / PATH= TLSMEND=/bin/true "$work/shared/program" v guest.lua
same "with no stream open" shared/program cp guest.lua
same "eight threads" shared/program tp guest.lua

# The program itself, with the shared and with the static library.
for kind in shared static; do
  says "$kind: the program itself" "program: $work/$kind/program" $kind/program sv guest.lua
  same "$kind: in the program itself" $kind/program s guest.lua
  same "$kind: in the program itself, eight threads, no stream open" $kind/program stcp guest.lua
  same "$kind: in its own process" $kind/program i guest.lua
done
called_true() { perl -e 'exec {"static/program"} "/bin/true", @ARGV' "$@"; }
says "the name that it is called by" "program: $work/static/program" called_true sv guest.lua

# A program that is named.
export TLSMEND_TEST_WORKER="$command"
same "a program that is named" static/program w guest.lua
says "which is named again" "program: $command" shared/program swv guest.lua
for wrong in tlsmend ./shared/program "$work/none" "$work"; do
  export TLSMEND_TEST_WORKER="$wrong"
  says "named: $wrong" "E_USAGE: options.worker is $wrong: " static/program w guest.lua
  same "named, not needed: $wrong" static/program iw guest.lua
done
# One that is none: it ends at once, it cannot be started, it is of another version.
cp guest.lua plain && chmod 644 plain
LC_ALL=C sed 's/0\.1\.0/0.1.1/g' "$command" >"$work/other" && chmod 755 "$work/other"
while read -r wrong text; do
  export TLSMEND_TEST_WORKER="$wrong"
  says "named: $wrong" "$text" static/program wp guest.lua
  [ "$(wc -l <"$work/out")" -eq 1 ] || fail "named: $wrong: more than a line"
  says "named: $wrong, a built-in runbook" "Undo" static/program wb guest.lua
done <<EOF
/bin/true /bin/true cannot run runbooks apart: its main must begin with tlsmend_worker
$work/plain $work/plain
$work/other 0.1.1
EOF

# A program that finds its libraries by its environment, which a worker has not.
mkdir bare && build bare -ltlsmend
says "libraries of the environment" "$work/bare/program cannot run runbooks apart: " env LD_LIBRARY_PATH="$lib" bare/program s guest.lua
same "libraries of the environment, the command" env LD_LIBRARY_PATH="$lib" bare/program "" guest.lua

# Modes that end in an error: the same line in both.
for mode in hidden swallowed fail flood; do
  shared/program i guest.lua $mode >"$work/expected"
  same "mode $mode" shared/program s guest.lua $mode
done

# Nothing to be found: it says where it looked, and what to do.
if [ ! -e "$default/tlsmend" ]; then
  for text in "E_UNSUPPORTED: " "$work/static/tlsmend, " "$default/tlsmend" options.worker options.in_process; do
    says "none: $text" "$text" static/program "" guest.lua
  done
  says "none is needed" "Undo" static/program b guest.lua
  # Beside the library, in both ways.
  cp "$command" static/tlsmend
  says "beside the program" "program: $work/static/tlsmend" static/program v guest.lua
  says "the name that it is called by" "program: $work/static/tlsmend" called_true v guest.lua
  # One that others could change is no better than none, unless they could change the library too.
  chmod o+w "$command"
  says "others can write it" "$command ($command can be written by others than its owner" shared/program v guest.lua
  says "others can write it" "E_UNSUPPORTED" shared/program "" guest.lua
  chmod o+w "$lib"/libtlsmend.so.*.*
  says "and the library" "program: $command" shared/program v guest.lua
  chmod o-w "$command" "$lib"/libtlsmend.so.*.*
  # Where the build is to be installed: a copy of the library whose place is a folder of this test, with a name as long.
  bin=$(mktemp -d "/tmp/$(printf '%*s' $((${#default} - 5)) '' | tr ' ' X)" 2>/dev/null) || bin=
  if [ -n "$bin" ] && [ -z "$flags" ]; then
    mkdir "$work/apart"
    LC_ALL=C sed "s|$default|$bin|g" "$lib/libtlsmend.so" >"$work/apart/libtlsmend.so.0"
    cp "$command" "$bin/tlsmend"
    says "where it is installed" "program: $bin/tlsmend" env LD_LIBRARY_PATH="$work/apart" bare/program v guest.lua
  fi
fi
exit $failed
