# To be sourced: escape_prepare FOLDER makes a box with an attempt each, escape_judge FOLDER looks at what came of them. Between the two the
# caller runs run.sh or run.bat in FOLDER/box.
escape=$TLSMEND_SOURCE/tests/escape
escape_attempts=$(echo "$escape"/attempts/*.attempts) # a caller may leave some out

# Packages below FOLDER, all signed by one key, and trust stores that know that key by different names, or not.
escape_packages() {
  for escape_name in bare good swapped renamed borrowed; do
    mkdir -p "$1/$escape_name"
    echo "$escape_name" >"$1/$escape_name/windows6.1-kb3140245-x64.msu"
  done
  mkdir "$1/other" "$1/ann" "$1/bob" "$1/ended" "$1/none"
  escape_sign() { "$TLSMEND" sign "$1/$2" -s "$escape_keys/ann.key" -t "ann" >/dev/null; }
  escape_keys=$2
  escape_sign "$1/good" windows6.1-kb3140245-x64.msu
  escape_sign "$1/swapped" windows6.1-kb3140245-x64.msu
  echo x >>"$1/swapped/windows6.1-kb3140245-x64.msu"
  cp "$1/renamed/windows6.1-kb3140245-x64.msu" "$1/other/windows6.1-kb2999226-x64.msu"
  escape_sign "$1/other" windows6.1-kb2999226-x64.msu
  cp "$1/other/windows6.1-kb2999226-x64.msu.minisig" "$1/renamed/windows6.1-kb3140245-x64.msu.minisig"
  cp "$1/good/windows6.1-kb3140245-x64.msu.minisig" "$1/borrowed/"
  echo 'return { id = "a", version = "1", title = "A", needs = {}, run = function() end }' >"$1/a.lua"
  "$TLSMEND" sign "$1/a.lua" "$1/good/windows6.1-kb3140245-x64.msu" -s "$2/ann.key" -o "$1/a.tlsmend" >/dev/null
  cp "$2/ann.pub" "$1/ann/ann.pub"
  cp "$2/ann.pub" "$1/bob/bob.pub"
  cp "$2/ann.pub" "$1/good/ann.pub"
  sed '1s/$/ expires:2020-12-31/' "$2/ann.pub" >"$1/ended/ann.pub"
  chmod -R go-w "$1"
}

escape_prepare() {
  rm -rf "$1/box" "$1/outside"
  mkdir -p "$1/box" "$1/outside/home" "$1/outside/tmp"
  "$TLSMEND" snapshot -m sim:win7-sp1-x64 -o "$1/pc.reg" >/dev/null 2>&1
  cp "$1/pc.reg" "$1/box/pc.reg"
  cp "$escape/pristine.lua" "$1/box/"
  echo secret >"$1/outside/secret.txt"
  escape_packages "$1/box/signed" "$TLSMEND_SOURCE/tests/cli/keys"
  # A folder that may be looked at, with links that lead out; and one that is a link itself.
  mkdir -p "$1/box/packages/deep"
  echo package >"$1/box/packages/windows6.1-kb3140245-x64.msu"
  ln -s ../../outside "$1/box/packages/out"
  ln -s ../../../outside "$1/box/packages/deep/out"
  ln -s . "$1/box/packages/self"
  ln -s packages "$1/box/root"
  (cd "$1" && find box/signed box/packages box/root -type f -o -type l) >"$1/given.txt"
  "$TLSMEND_LUA" "$escape/run.lua" prepare "$1/box" $escape_attempts
}

# No file that nobody asked for: in the box the attempts, their words and the journals of the machines; outside the secret.
escape_judge() {
  escape_code=0
  "$TLSMEND_LUA" "$escape/run.lua" judge "$1/box" "$1/pc.reg" $escape_attempts || escape_code=1
  (cd "$1" && find box outside -type f -o -type l) |
    grep -v -E '^box/(a[0-9]+\.(lua|reg|out|err|code)|run\.(sh|bat)|pc\.reg|pristine\.lua|tlsmend\.exe|a[0-9]+\.reg\.tlsmend/[^/]*)$' |
    grep -v '^outside/secret.txt$' | grep -v -x -F -f "$1/given.txt" >"$1/made.txt" && {
    echo "FAILED: an attempt has made these files:" >&2
    cat "$1/made.txt" >&2
    escape_code=1
  }
  [ "$(cat "$1/outside/secret.txt")" = secret ] || { echo "FAILED: a file outside was changed" >&2; escape_code=1; }
  grep -l 'AddressSanitizer\|runtime error\|defect of tlsmend' "$1"/box/*.err >&2 && escape_code=1
  return $escape_code
}
