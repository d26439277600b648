#!/bin/sh
# The documents say what is so: examples are run, commands and options that are named exist, links lead somewhere.
set -u
: "${TLSMEND:?}" "${TLSMEND_SOURCE:?}" "${TLSMEND_BINARY:?}"
work=$(mktemp -d "${TMPDIR:-/tmp}/tlsmend-docs.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
cd "$TLSMEND_SOURCE" || exit 1
documents="README.md docs/*.md docs/decisions/*.md docs/runbooks/*.md"
bad=0
fail() {
  echo "FAILED: $*" >&2
  bad=1
}

# Examples: a block behind "<!-- example: FILE ARGUMENTS exits N -->" becomes FILE, and is planned with ARGUMENTS.
cat $documents | awk -v folder="$work" '
  /^<!-- example: / { file = $3; arguments = $0; sub(/^<!-- example: [^ ]+ */, "", arguments); sub(/ *-->$/, "", arguments); next }
  /^```/ { if (inside) { inside = 0; close(folder "/" file); file = "" } else if (file != "") { inside = 1; print file, arguments }; next }
  inside { print > (folder "/" file) }' >"$work/examples"
cd "$work" || exit 1
count=0
while read -r file arguments; do
  count=$((count + 1))
  case $file in
    *.lua)
      expected=${arguments##*exits }
      "$TLSMEND" plan "./$file" ${arguments%exits *} >out 2>&1
      code=$?
      [ "$code" = "$expected" ] || fail "example $file exits $code, not $expected: $(cat out)"
      ;;
    *.c)
      grep -q '^TLSMEND_SANITIZE:BOOL=ON' "$TLSMEND_BINARY/CMakeCache.txt" && flags=-fsanitize=address,undefined || flags=
      if cc -std=c11 -Wall -Wextra -Werror $flags -I"$TLSMEND_SOURCE/host/include" "$file" -L"$TLSMEND_BINARY/lib" -ltlsmend \
        -Wl,-rpath,"$TLSMEND_BINARY/lib" -o example; then
        ./example >out 2>&1 || fail "example $file: $(cat out)"
        grep -q 'steps' out || fail "example $file prints $(cat out)"
      else
        fail "example $file does not build"
      fi
      ;;
  esac
done <examples
[ "$count" -ge 4 ] || fail "found $count examples, fewer than the documents have"
cd "$TLSMEND_SOURCE" || exit 1

# Commands: each one that is named exists, each one that exists is in the README or in its own help.
named=$(cat $documents | grep -o '^    tlsmend [a-z][a-z]*\|`tlsmend [a-z][a-z]*' | sed 's/.*tlsmend //' | sort -u)
[ "$(echo "$named" | wc -l)" -ge 7 ] || fail "found too few commands in the documents"
for command in $named; do
  "$TLSMEND" help "$command" >/dev/null 2>&1 || fail "the documents name 'tlsmend $command', which does not exist"
done
for command in $("$TLSMEND" help | sed -n 's/^  tlsmend \([a-z]*\) .*/\1/p'); do
  [ "$command" = help ] || [ "$command" = version ] || grep -q "tlsmend $command" README.md || fail "README.md does not name '$command'"
  "$TLSMEND" help "$command" >>"$work/help"
done

# Options: each one that is named on the same line as the command exists.
for option in $(cat $documents | grep 'tlsmend [a-z]' | grep -o ' --[a-z][a-z-]*' | sort -u) --yes --state --format; do
  grep -q -e "$option" "$work/help" || fail "the documents name $option, which no command takes"
done

# Exit codes: the README's table has exactly those of the header, and those of a plan and a restart.
header=$(sed -n 's/^  X(-*[0-9]*, [A-Z_]*, \([0-9]*\), .*/\1/p' host/include/tlsmend/error.h)
wanted=$(printf '%s\n' $header 2 3010 | sort -nu | tr '\n' ' ')
written=$(sed -n 's/^| \([0-9][0-9]*\) |.*/\1/p' README.md | sort -nu | tr '\n' ' ')
[ "$wanted" = "$written" ] || fail "README.md lists the exit codes $written, the header has $wanted"

# Links.
for document in $documents; do
  for link in $(grep -o '](\([^)]*\))' "$document" | sed 's/](\(.*\))/\1/; s/#.*//' | grep -v '^http'); do
    [ -e "$(dirname "$document")/$link" ] || fail "$document links to $link, which does not exist"
  done
done
[ "$bad" -eq 0 ] && echo "$count examples, $(echo "$named" | wc -l) commands"
exit "$bad"
