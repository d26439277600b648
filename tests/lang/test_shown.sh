#!/bin/sh
# What the command shows in each language: no English sentence in plans, pages, `show`, `list`, `state`, reports and `status`
# of every shipped runbook on several machines; the saved plan is the same in every language; the environment and --lang choose.
set -eu
work=$(mktemp -d "${TMPDIR:-/tmp}/tlsmend-lang.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cd "$work"
LC_ALL=C.UTF-8 export LC_ALL
wrong=0
complain() {
  echo "FAILED: $*" >&2
  wrong=1
}

# Words that English sentences have and the other languages do not. Names of Windows and addresses are taken out first.
english='\b(the|which|with|that|whether|and|from|are|not|has|than|been|only|this|after|without|nothing|cannot)\b'
english_in() {
  sed -e 's,</[a-z]*>,&\n,g' "$1" | sed -e 's,https*://[^ <]*,,g; /^ *tlsmend /d; s/`[^`]*`//g; s,<code>[^<]*</code>,,g' \
    -e '/<style>/,/<\/style>/d; /<script>/,/<\/script>/d; s/<[^>]*>/ /g' \
    -e 's/HKLM[^<]*//; s/Terminal Server//g; s/--with-[a-z]*//g; s/cannot-tell//g' | grep -E "$english" || true
}
# check LANGUAGE WHAT COMMAND...
check() {
  language=$1 what=$2
  shift 2
  code=0
  "$TLSMEND" "$@" --lang "$language" >out 2>err || code=$?
  [ -s out ] || [ $code -eq 3 ] || complain "$what in $language: $(cat err)" # a refusal is an error, and English
  english_in out >found
  [ ! -s found ] || complain "$what in $language: $(head -n 3 found | cut -c1-300)"
}
# columns LANGUAGE COMMAND...: what the labels of `show`, `state` or `status` name stands in one column
columns() {
  language=$1
  shift
  "$TLSMEND" "$@" --lang "$language" >out 2>err || true
  "$TLSMEND_LUA" "$TLSMEND_SOURCE/tests/lang/columns.lua" "$1" out >found || complain "columns of $* in $language: $(cat found)"
}

languages=$(cd "$TLSMEND_SOURCE/host/lang" && ls ./*.txt | sed 's,^\./,,; s,\.txt$,,')
runbooks=$(cd "$TLSMEND_SOURCE/runbooks" && ls ./*.lua | sed 's,^\./,,; s,\.lua$,,')
for language in $languages; do
  check $language list list
  columns $language show winhttp-tls12
  columns $language show m365-prepare-tls12
  columns $language state -m sim:win7-sp1-x64
  columns $language status -m sim:win7-sp1-x64 --state "$work"
  for runbook in $runbooks; do
    check $language "show $runbook" show "$runbook"
    for machine in win7-sp1-x64 ws2008-sp2-x86 ws2012-x64 win10-1507-x64 win11-24h2-x64 vista-sp2-x64; do
      check $language "plan $runbook on $machine" plan "$runbook" -m sim:$machine
    done
    check $language "page of $runbook" plan "$runbook" -m sim:win7-sp1-x64 --format html
    grep -q "<html lang=\"$language\">" out || complain "page in $language says another language"
  done
  for machine in win7-sp1-x64 ws2008-sp2-x86 ws2012-x64 win10-1507-x64 win11-24h2-x64; do
    check $language "state of $machine" state -m sim:$machine
    check $language "page of the state of $machine" state -m sim:$machine --format html
  done
  rm -rf runs
  check $language apply apply schannel-tls12 -m sim:win7-sp1-x64 --state runs --yes
  check $language status status -m sim:win7-sp1-x64 --state runs
  check $language "rollback --plan" rollback --plan -m sim:win7-sp1-x64 --state runs
  check $language rollback rollback -m sim:win7-sp1-x64 --state runs --yes
  grep -q HKLM err || complain "no steps of the rollback in $language"
  grep -E "undo:|delete|create|\(was " err && complain "the steps of the rollback in $language"
done

# A plan does not know who reads it.
for language in en $languages; do
  for runbook in $runbooks; do
    "$TLSMEND" plan "$runbook" -m sim:win7-sp1-x64 -o plan --lang $language >/dev/null 2>&1 || true
    [ -s plan ] && sed '/"id"/{/"id": "[0-9a-f]\{32\}"/d}; /"created"/d; /"checksum"/d' plan || echo none
    rm -f plan
  done >plans.$language
  cmp -s plans.en plans.$language || complain "saved plans in $language differ: $(diff plans.en plans.$language | head -n 4)"
done
[ "$(wc -l <plans.en)" -gt 1000 ] || complain "the saved plans are too short to compare"

# Which language: the environment's, in the order of POSIX; --lang before it; English for others; a wrong word is refused.
chosen() {
  env -u LC_ALL -u LC_MESSAGES -u LANG "$@" "$TLSMEND" list | head -n 1
}
"$TLSMEND" list --lang de | head -n 1 >german
"$TLSMEND" list --lang en | head -n 1 >plain
[ "$(chosen LANG=de_DE.UTF-8)" = "$(cat german)" ] || complain "LANG=de_DE.UTF-8 is not German"
[ "$(chosen LC_MESSAGES=de LANG=sv_SE)" = "$(cat german)" ] || complain "LC_MESSAGES does not win over LANG"
[ "$(chosen LC_ALL=C.UTF-8 LANG=de_DE)" = "$(cat plain)" ] || complain "LC_ALL=C.UTF-8 is not English"
[ "$(chosen LANG=xx_XX.UTF-8)" = "$(cat plain)" ] || complain "a language that is not there is not answered in English"
cmp -s german plain && complain "German and English are the same"
code=0
"$TLSMEND" list --lang xx >out 2>err || code=$?
[ $code -eq 64 ] && grep -q "$(echo en $languages | tr ' ' '\n' | sort | paste -s -d '|')" err || complain "--lang xx: exit $code, $(cat err)"

# A library brings texts of its own; one that would take what its English text has not is refused, with its line.
mkdir -p library/stdlib/lang
printf 'TLS 1.2 for Azure Backup\n\tlokal %%s %%n\n' >library/stdlib/lang/de.txt
"$TLSMEND" list --library library --lang de >out 2>err || complain "texts of a library: $(cat err)"
grep -q 'lokal %s %n' out || complain "the texts of a library are not shown: $(cat out)"
for translation in '%1 %9' '%9%8%7' '%2'; do
  printf 'TLS 1.2 for Azure Backup\n\t%s\n' "$translation" >library/stdlib/lang/de.txt
  code=0
  "$TLSMEND" list --library library --lang de >out 2>err || code=$?
  [ $code -eq 1 ] && grep -q "language de, line 2" err || complain "$translation in a library: exit $code, $(cat out err)"
done
exit $wrong
