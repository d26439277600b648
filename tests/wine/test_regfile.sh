#!/bin/sh
# Registration files against Wine, both ways: what we write is imported and exported again without a difference; what
# Wine exports is read, written byte for byte the same, and accepted back; what Wine takes from a file written by hand we take.
# Left out because Wine's reader goes by lines and ends texts itself: names with line breaks, hex(1|2|7) without a NUL.
# Left out because Wine's export spells them as something else: a REG_DWORD that has not four bytes, a REG_SZ with a NUL
# inside, a text with line breaks (Wine writes \n and \r, which regedit does not and which are refused here).
set -eu
. "$TLSMEND_SOURCE/tests/wine/prefix.sh"
wine_prefix regfile
dump=$TLSMEND_BINARY/tests/wine/regfile_dump
failures=0

fail() {
  printf 'regfile: %s\n' "$1" >&2
  [ ! -s "$work/diff.txt" ] || cut -c 1-200 "$work/diff.txt" | head -20 >&2
  failures=$((failures + 1))
}

same() { # WHAT A B: two listings
  diff "$2" "$3" >"$work/diff.txt" || fail "$1: '<' is $2, '>' is $3"
}

utf16() { { printf '\377\376'; iconv -f UTF-8 -t UTF-16LE; } >"$1"; }

export_key() { # KEY FILE
  wine reg export "$1" "$(winepath -w "$2")" /y >/dev/null
}

drop_key() { wine reg delete "$1" /f >/dev/null 2>&1 || :; }

import_file() { wine regedit /S "$(winepath -w "$1")"; }

# Ours, imported and exported again.

hex() { # COUNT: that many bytes
  awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++) printf "%s%02x", i ? "," : "", (i * 7 + int(i / 256)) % 256 }'
}

repeat() { awk -v n="$1" -v t="$2" 'BEGIN { while (n-- > 0) printf "%s", t }'; }

{
  printf 'Windows Registry Editor Version 5.00\n\n[HKEY_CURRENT_USER\\tlsmend]\n'
  printf '@="default \\"q\\" \\\\ end"\n"dword"=dword:00000a00\n"qword"=hex(b):01,00,00,00,00,00,00,80\n"empty"=""\n'
  printf '"Größe ☃ 😀"="ÄÖÜß ☃ 😀"\n"a\\\\b\\"c"="x"\n"semi;colon=]"="[x];y"\n"tab	in"="	"\n'
  for type in 0 3 5 6 8 9 a b c 10 abcd ffffffff; do
    printf '"empty %s"=hex(%s):\n' "$type" "$type"
    for size in 1 3 5 8 77 256; do printf '"%s of %s"=hex(%s):%s\n' "$size" "$type" "$type" "$(hex $size)"; done
  done
  printf '"expand"=hex(2):25,00,61,00,25,00,00,00\n"multi"=hex(7):61,00,00,00,62,00,00,00,00,00\n"nothing"=hex(7):00,00\n'
  printf '"big"=hex:%s\n' "$(hex 1048576)"
  printf '"%s"=dword:00000001\n' "$(repeat 16383 n)"
  printf '\n[HKEY_CURRENT_USER\\tlsmend\\AES 128/128]\n"Enabled"=dword:ffffffff\n'
  printf '\n[HKEY_CURRENT_USER\\tlsmend\\a]b[c]\n\n[HKEY_CURRENT_USER\\tlsmend\\Ünïcode ☃]\n@="x"\n'
  printf '\n[HKEY_CURRENT_USER\\tlsmend\\%s]\n@=dword:00000001\n' "$(repeat 255 k)"
  printf '\n[HKEY_CURRENT_USER\\tlsmend%s]\n@=dword:00000001\n' "$(repeat 60 '\\d')"
} >"$work/source.reg"
"$dump" "$work/source.reg" >"$work/source.txt"
"$dump" utf16 "$work/source.reg" "$work/written.reg"
drop_key 'HKCU\tlsmend'
import_file "$work/written.reg"
export_key 'HKCU\tlsmend' "$work/exported.reg"
"$dump" "$work/exported.reg" >"$work/exported.txt"
same "our file is not the same after Wine's import and export" "$work/source.txt" "$work/exported.txt"
[ "$(wc -l <"$work/source.txt")" -gt 150 ] || fail "the source listing is too short to mean anything"

# Wine's, read and written, and accepted back.

for key in 'HKCU\tlsmend' HKLM HKCU 'HKU\.DEFAULT'; do
  name=$(printf %s "$key" | tr -c 'A-Za-z' _)
  export_key "$key" "$work/$name.reg"
  if ! "$dump" utf16 "$work/$name.reg" "$work/$name.again.reg"; then
    fail "Wine's export of $key was not read"
  elif ! cmp "$work/$name.reg" "$work/$name.again.reg" >"$work/diff.txt"; then
    fail "Wine's export of $key is written differently"
  fi
done
drop_key 'HKCU\tlsmend'
wine reg import "$(winepath -w "$work/HKCU_tlsmend.again.reg")" >/dev/null 2>&1
export_key 'HKCU\tlsmend' "$work/back.reg"
cmp "$work/exported.reg" "$work/back.reg" >"$work/diff.txt" || fail "what we wrote was not accepted back"

# Forms that are written by hand.

utf16 "$work/hand.reg" <<'END'
Windows Registry Editor Version 5.00
; comment
  ; another

 [HKEY_CURRENT_USER\tlsmend hand] ; behind a key
  @  =  "def"
	"blanks" = "x"   ; behind a text
"short"=dword:a
"blank"=dword: 5
"comment"=dword:00000001 ; c
"wide"= hex:01, 02 ; c
"single"=hex:1,2,
"continued"=hex:01,\
; within
  02,\
	03
"next line"=hex:\
 04
"four"=hex(4):01,00,00,00
"upper"=hex(2):41,00,2F,00,00,00
"gone"="x"
"gone"=-
""="default again"
[hkey_current_user\tlsmend hand\lower case root]
[HKEY_CURRENT_USER\tlsmend hand\trailing\]
"a"="b"
[HKEY_CURRENT_USER\tlsmend hand\deleted\below]
"a"="b"
[-HKEY_CURRENT_USER\tlsmend hand\deleted]
[HKEY_CURRENT_USER\tlsmend hand\last]
"end"="no line break"
END
printf 'REGEDIT4\r\n\r\n[HKEY_CURRENT_USER\\tlsmend ansi\\M\374ller]\r\n"\200"="\231"\r\n"e"=hex(2):25,80,00\r\n"m"=hex(7):e4,00,62,\\\r\n  00,00\r\n"s"=hex(1):41,00\r\n"b"=hex:80,00\r\n"d"=dword:00000001\r\n' >"$work/ansi.reg"
sed 's/$/\r/' >"$work/plain.reg" <<'END'
Windows Registry Editor Version 5.00

[HKEY_CURRENT_USER\tlsmend plain]
"a"="b"
"d"=dword:00000001
"b"=hex:01,02
END
for form in hand ansi plain; do
  drop_key "HKCU\\tlsmend $form"
  import_file "$work/$form.reg"
  export_key "HKCU\\tlsmend $form" "$work/$form.out.reg"
  "$dump" "$work/$form.reg" >"$work/$form.txt" || fail "the $form file was not read"
  "$dump" "$work/$form.out.reg" >"$work/$form.out.txt" || fail "Wine's export of the $form file was not read"
  same "the $form file means something else to Wine" "$work/$form.out.txt" "$work/$form.txt"
done

[ "$failures" -eq 0 ] || exit 1
echo "regfile: $(wc -l <"$work/source.txt") keys and values through Wine and back; $(wc -c <"$work/HKLM.reg") bytes of HKLM written as Wine wrote them"
