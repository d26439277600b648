#!/bin/sh
# run.sh FILE.case...: plays readable cases against the command. Environment: TLSMEND (the command, may be "wine x.exe"),
# TLSMEND_JSON (the program json_at). Each case runs in a folder of its own with HOME and NO_COLOR set.
#
#   # comment
#   file NAME ... end     makes a file of the lines between            run COMMAND     set-up; must succeed
#   keep FILE             remembers the SHA-256 of FILE                in TEXT         a line of stdin for the next command
#   $ COMMAND             runs it with sh; the lines below judge it    exit N          its exit code (0 if not said)
#   out TEXT  err TEXT    some line contains TEXT; * stands for anything; no-out, no-err: no line does
#   out-is ... end        stdout is exactly these lines                out-empty  err-empty
#   err-one               one line of error, the last                          lines-under N   no line of stdout is longer than N
#   json PATH VALUE       stdout is one JSON object; the value at PATH (changes.0.kind, changes# for a count), * as above
#   same FILE             FILE still has the SHA-256 of `keep`         absent FILE  present FILE
set -u
here=$(cd "$(dirname "$0")" && pwd)
: "${TLSMEND:?names the command}"
failures=0

fail() {
  failures=$((failures + 1))
  {
    echo "FAILED $case_file:$number: $*"
    echo "  command: $command"
    echo "  exit $status, stdout:"
    sed 's/^/    /' "$work/stdout"
    echo "  stderr:"
    sed 's/^/    /' "$work/stderr"
  } >&2
}

expression() { printf '%s\n' "$1" | sed -e 's/[[\.^$]/\\&/g' -e 's/\*/.*/g'; }

contains() { grep -q -e "$(expression "$2")" "$work/$1"; }

# Ends the judgement of the last command: the exit code is always judged.
close_command() {
  [ -n "$command" ] && [ "$status" != "$expected" ] && fail "exit $status, not $expected"
  command=
  expected=0
}

run_command() {
  close_command
  command=$1
  (cd "$work/box" && exec sh -c "$command" <"$work/stdin" >"$work/stdout" 2>"$work/stderr")
  status=$?
  : >"$work/stdin"
}

block() {
  while IFS= read -r line <&3; do
    number=$((number + 1))
    [ "$line" = end ] && return
    printf '%s\n' "$line"
  done
  echo "$case_file: a block without end" >&2
}

judge_json() {
  path=${1%% *}
  wanted=${1#* }
  got=$("$TLSMEND_JSON" "$path" <"$work/stdout" 2>&1) || { fail "json $path: $got"; return; }
  printf '%s\n' "$got" | grep -q -x -e "$(expression "$wanted")" || fail "json $path is $got, not $wanted"
}

sum() { (cd "$work/box" && sha256sum <"$1"); }

judge() {
  verb=${1%% *}
  rest=${1#"$verb"}
  rest=${rest# }
  case $verb in
    exit) expected=$rest ;;
    out) contains stdout "$rest" || fail "stdout has no '$rest'" ;;
    err) contains stderr "$rest" || fail "stderr has no '$rest'" ;;
    no-out) contains stdout "$rest" && fail "stdout has '$rest'" ;;
    no-err) contains stderr "$rest" && fail "stderr has '$rest'" ;;
    out-empty) [ -s "$work/stdout" ] && fail "stdout is not empty" ;;
    err-empty) [ -s "$work/stderr" ] && fail "stderr is not empty" ;;
    err-one)
      [ "$(grep -c '^tlsmend: error: ' "$work/stderr")" -eq 1 ] || fail "stderr has not one line of error"
      tail -n 1 "$work/stderr" | grep -q '^tlsmend: error: ' || fail "the error is not the last line"
      ;;
    lines-under) awk -v n="$rest" 'length > n { exit 1 }' "$work/stdout" || fail "a line is longer than $rest" ;;
    out-is) block >"$work/wanted"; cmp -s "$work/wanted" "$work/stdout" || fail "stdout is not as written" ;;
    json) judge_json "$rest" ;;
    same) [ "$(sum "$rest")" = "$(cat "$work/sum.$(basename "$rest")")" ] || fail "$rest has changed" ;;
    absent) [ -e "$work/box/$rest" ] && fail "$rest exists" ;;
    present) [ -e "$work/box/$rest" ] || fail "$rest does not exist" ;;
    *) command=; echo "$case_file:$number: unknown word '$verb'" >&2; failures=$((failures + 1)) ;;
  esac
}

play_line() {
  case $line in
    '' | '#'*) ;;
    'file '*) block >"$work/box/${line#file }" ;;
    'in '*) printf '%s\n' "${line#in }" >>"$work/stdin" ;;
    'keep '*) sum "${line#keep }" >"$work/sum.$(basename "${line#keep }")" ;;
    'run '*) run_command "${line#run }"; [ "$status" -eq 0 ] || fail "set-up failed"; command= ;;
    '$ '*) run_command "${line#??}" ;;
    *) judge "$line" ;;
  esac
}

play() {
  case_file=$1
  number=0
  command=
  expected=0
  status=
  work=$(mktemp -d "${TMPDIR:-/tmp}/tlsmend-cli.XXXXXX") || exit 1
  mkdir "$work/box" "$work/bin" "$work/home"
  chmod -R a+rwX "$work"
  : >"$work/stdin"
  : >"$work/stdout"
  : >"$work/stderr"
  # A copy, because somebody unprivileged may not reach the build folder.
  if [ -f "$TLSMEND" ]; then
    cp "$TLSMEND" "$work/bin/tlsmend"
  else
    printf '#!/bin/sh\nexec %s "$@"\n' "$TLSMEND" >"$work/bin/tlsmend"
  fi
  cp "$here/terminal" "$here/unprivileged" "$work/bin/"
  chmod a+rx "$work/bin"/*
  (
    HOME=$work/home NO_COLOR=1 LC_ALL=C PATH=$work/bin:$PATH CASES=$here
    export HOME NO_COLOR LC_ALL PATH CASES
    exec 3<"$case_file"
    while IFS= read -r line <&3 || [ -n "$line" ]; do
      number=$((number + 1))
      play_line
    done
    close_command
    [ "$failures" -eq 0 ]
  )
  result=$?
  rm -rf "$work"
  return $result
}

bad=0
for file; do
  play "$file" || bad=$((bad + 1))
done
[ "$bad" -eq 0 ] || { echo "$bad case file(s) failed" >&2; exit 1; }
