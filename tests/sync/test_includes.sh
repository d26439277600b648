#!/bin/sh
# Includes go one way: core <- machine <- script <- session <- cli, os a leaf beside core that
# takes its UTF-16 from there. Only machine/win32 and os/os_win32
# know <windows.h>, and the command sees nothing but the public header, its own files and os.
set -eu
cd "$TLSMEND_SOURCE/host"
find . -name '*.[ch]' | sed 's|^\./||' | sort | xargs awk '
  function layer(path) {
    if (path ~ /^include\/tlsmend\//) return "public"
    if (path ~ /\//) { split(path, part, "/"); return part[1] }
    return "session"
  }
  BEGIN {
    may["public"] = " public "
    may["os"] = " public core os "
    may["core"] = " public core "
    may["machine"] = " public core os machine "
    may["script"] = " public core os machine script "
    may["session"] = " public core os machine script session "
    may["cli"] = " public os cli "
  }
  FNR == 1 { from = layer(FILENAME) }
  /^[ \t]*#[ \t]*include[ \t]*"/ {
    split($0, quoted, "\"")
    to = layer(quoted[2])
    count++
    if (index(may[from], " " to " ") == 0) { print "FAILED: " FILENAME ":" FNR ": " from " includes " quoted[2]; bad = 1 }
  }
  /^[ \t]*#[ \t]*include[ \t]*<tlsmend\// && !/<tlsmend\/tlsmend\.h>/ && from == "cli" {
    print "FAILED: " FILENAME ":" FNR ": the command needs more than the public header: " $0; bad = 1
  }
  /^[ \t]*#[ \t]*include[ \t]*<(windows|winsock2|winreg|wbemcli|objbase|shlobj|shellapi|winternl)\.h>/ &&
    FILENAME !~ /^machine\/win32\// && FILENAME !~ /^os\/os_win32/ {
    print "FAILED: " FILENAME ":" FNR ": " $0; bad = 1
  }
  END { print count " includes"; if (count < 50) { print "FAILED: found too few"; bad = 1 }; exit bad }'
