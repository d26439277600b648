# To be sourced: escape_prepare FOLDER makes a box with an attempt each, escape_judge FOLDER looks at what came of them. Between the two the
# caller runs run.sh or run.bat in FOLDER/box.
escape=$TLSMEND_SOURCE/tests/escape

escape_prepare() {
  rm -rf "$1/box" "$1/outside"
  mkdir -p "$1/box" "$1/outside/home" "$1/outside/tmp"
  "$TLSMEND" snapshot -m sim:win7-sp1-x64 -o "$1/pc.reg" >/dev/null 2>&1
  cp "$1/pc.reg" "$1/box/pc.reg"
  cp "$escape/pristine.lua" "$1/box/"
  echo secret >"$1/outside/secret.txt"
  "$TLSMEND_LUA" "$escape/run.lua" prepare "$1/box" "$escape"/*.attempts
}

# No file that nobody asked for: in the box the attempts, their words and the journals of the machines; outside the secret.
escape_judge() {
  escape_code=0
  "$TLSMEND_LUA" "$escape/run.lua" judge "$1/box" "$1/pc.reg" "$escape"/*.attempts || escape_code=1
  (cd "$1" && find box outside -type f -o -type l) |
    grep -v -E '^box/(a[0-9]+\.(lua|reg|out|err|code)|run\.(sh|bat)|pc\.reg|pristine\.lua|tlsmend\.exe|a[0-9]+\.reg\.tlsmend/[^/]*)$' |
    grep -v '^outside/secret.txt$' >"$1/made.txt" && {
    echo "FAILED: an attempt has made these files:" >&2
    cat "$1/made.txt" >&2
    escape_code=1
  }
  [ "$(cat "$1/outside/secret.txt")" = secret ] || { echo "FAILED: a file outside was changed" >&2; escape_code=1; }
  grep -l 'AddressSanitizer\|runtime error\|defect of tlsmend' "$1"/box/*.err >&2 && escape_code=1
  return $escape_code
}
