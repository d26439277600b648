#!/bin/sh
# Includes go one way, from floor to floor: base <- os, registry <- signing, tls <- plan <- machine, render <- commit, script <- session <-
# bench <- cli. Rooms on one floor do not know each other, the command sees nothing but the public header, its own files and os, only
# machine/win32 and os/win32 know <windows.h>, what a text calls knows nothing but its host, and no file leads back to itself.
# A header and the .c file of its name are one file here: what either includes, both do. Small trees with a mistake each show that
# the test sees it.
set -eu

# judge FOLDER: tells each mistake, and how many includes there are
judge() (
  cd "$1"
  find . -name '*.[ch]' ! -path './cmake/*' | sed 's|^\./||' | sort | xargs awk '
    function room(path) {
      if (path ~ /^include\/tlsmend\//) return "public"
      split(path, part, "/")
      return part[1]
    }
    function file_of(path) { sub(/\.[ch]$/, "", path); return path }
    # Depth first; a circle is told once, from the file where it was met.
    function visit(node, way,   list, n, i) {
      state[node] = "open"
      n = split(leads[node], list, " ")
      for (i = 1; i <= n; i++) {
        if (state[list[i]] == "open") {
          circle = substr(way, index(way " ", list[i] " "))
          print "FAILED: a circle of includes: " circle " " list[i]
          bad = 1
        } else if (state[list[i]] == "") visit(list[i], way " " list[i])
      }
      state[node] = "done"
    }
    BEGIN {
      floors = "base|os registry|signing tls|plan|machine render|commit script|session|bench|cli"
      n = split(floors, floor, "|")
      for (i = 1; i <= n; i++) {
        m = split(floor[i], rooms, " ")
        for (j = 1; j <= m; j++) may[rooms[j]] = " public " below rooms[j] " "
        below = below floor[i] " "
      }
      may["public"] = " public "
      may["cli"] = " public os cli "
    }
    FNR == 1 {
      from = room(FILENAME)
      if (may[from] == "") { print "FAILED: " FILENAME ": no room of the tree"; bad = 1 }
    }
    /^[ \t]*#[ \t]*include[ \t]*"/ {
      split($0, quoted, "\"")
      to = room(quoted[2])
      count++
      if (index(may[from], " " to " ") == 0) { print "FAILED: " FILENAME ":" FNR ": " from " includes " quoted[2]; bad = 1 }
      knows = to ~ /^(script|base|registry)$/ && (quoted[2] !~ /^script\/primitives\// || quoted[2] ~ /\/ask\.h$/)
      if (FILENAME ~ /^script\/modules\// && !knows) {
        print "FAILED: " FILENAME ":" FNR ": the half in Lua asks its host, and nobody else: " quoted[2]; bad = 1
      }
      if (file_of(FILENAME) != file_of(quoted[2])) leads[file_of(FILENAME)] = leads[file_of(FILENAME)] " " file_of(quoted[2])
    }
    /^[ \t]*#[ \t]*include[ \t]*<tlsmend\// && !/<tlsmend\/tlsmend\.h>/ && from == "cli" {
      print "FAILED: " FILENAME ":" FNR ": the command needs more than the public header: " $0; bad = 1
    }
    /^[ \t]*#[ \t]*include[ \t]*<tlsmend\/machine\.h>/ && from ~ /^(base|os|registry|signing|tls|plan)$/ {
      print "FAILED: " FILENAME ":" FNR ": " from " knows the table of a back end"; bad = 1
    }
    /^[ \t]*#[ \t]*include[ \t]*<(windows|winsock2|winreg|wbemcli|objbase|shlobj|shellapi|winternl)\.h>/ &&
      FILENAME !~ /^machine\/win32\// && FILENAME !~ /^os\/win32\// {
      print "FAILED: " FILENAME ":" FNR ": " $0; bad = 1
    }
    END {
      for (node in leads) nodes[++many] = node
      for (i = 2; i <= many; i++) # sorted, so that two runs tell the same
        for (j = i; j > 1 && nodes[j] < nodes[j - 1]; j--) { t = nodes[j]; nodes[j] = nodes[j - 1]; nodes[j - 1] = t }
      for (i = 1; i <= many; i++) if (state[nodes[i]] == "") visit(nodes[i], nodes[i])
      print count " includes"
      exit bad
    }'
)

told=$(judge "$TLSMEND_SOURCE/host") || { echo "$told"; exit 1; }
echo "$told"
[ "${told%% *}" -ge 50 ] || { echo "FAILED: found too few"; exit 1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# planted WORDS FILE 'INCLUDE' [FILE 'INCLUDE']: a tree of these files alone is refused with WORDS
planted() {
  words=$1
  shift
  rm -rf "$work/host"
  while [ $# -gt 0 ]; do
    mkdir -p "$work/host/$(dirname "$1")"
    printf '#include %s\n' "$2" >>"$work/host/$1"
    shift 2
  done
  if told=$(judge "$work/host"); then echo "FAILED: a planted mistake was not seen: $words"; exit 1; fi
  case $told in
  *"$words"*) ;;
  *) echo "FAILED: '$words' was told as: $told"; exit 1 ;;
  esac
}
planted 'a circle of includes: base/a base/b base/a' base/a.c '"base/b.h"' base/b.h '"base/a.h"'
planted 'a circle of includes: plan/a plan/b plan/c plan/a' plan/a.h '"plan/b.h"' plan/b.c '"plan/c.h"' plan/c.h '"plan/a.h"'
planted 'base includes os/os.h' base/a.c '"os/os.h"'
planted 'os includes registry/value.h' os/posix/a.c '"registry/value.h"'
planted 'machine includes commit/journal.h' machine/sim/a.c '"commit/journal.h"'
planted 'commit includes script/script.h' commit/a.c '"script/script.h"'
planted 'asks its host, and nobody else: machine/guard.h' script/modules/a.c '"machine/guard.h"'
planted 'asks its host, and nobody else: script/primitives/host.h' script/modules/a.c '"script/primitives/host.h"'
planted 'cli includes session/session.h' cli/a.c '"session/session.h"'
planted 'no room of the tree' core/a.c '"base/text.h"'
planted 'no room of the tree' session.c '"base/text.h"'
planted 'knows the table of a back end' plan/a.h '<tlsmend/machine.h>'
planted 'needs more than the public header' cli/a.c '<tlsmend/values.h>'
planted '<windows.h>' machine/sim/a.c '<windows.h>'
