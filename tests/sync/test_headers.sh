#!/bin/sh
# The public headers are the manual: three of five lines are comment. Lines that declare nothing by themselves do not count: empty
# ones, those of the preprocessor, and the rows of lists (  X(...)), which the comment above the list describes.
set -eu

share() { # FILE: percent of its lines that are comment and nothing else
  awk '
    /^[ \t]*$/ || /^#/ || /^[ \t]*X\(/ { next }
    {
      all++
      text = $0
      code = 0
      while (text != "") {
        if (within) {
          if (match(text, /\*\//)) { text = substr(text, RSTART + 2); within = 0 } else text = ""
        } else {
          at = index(text, "/*")
          before = at ? substr(text, 1, at - 1) : text
          if (before ~ /[^ \t]/) code = 1
          if (at) { text = substr(text, at + 2); within = 1 } else text = ""
        }
      }
      told += !code
    }
    END { printf "%d\n", all ? 100 * told / all : 0 }' "$1"
}

failed=0 count=0
for header in "$TLSMEND_SOURCE"/host/include/tlsmend/*.h; do
  percent=$(share "$header")
  echo "$percent % $(basename "$header")"
  count=$((count + 1))
  [ "$percent" -ge 60 ] || { echo "FAILED: $(basename "$header"): 60 % wanted: say who calls it, what it means, who owns it, its errors"; failed=1; }
done
[ "$count" -ge 5 ] || { echo "FAILED: found too few headers"; exit 1; }

# Declarations with their comments behind them are code, and torn: the test sees that.
work=$(mktemp)
trap 'rm -f "$work"' EXIT
printf '/* One. */\nint a; /* two */\nint b; /* three,\n * four */\n' >"$work"
[ "$(share "$work")" -eq 50 ] || { echo "FAILED: a planted header has $(share "$work") %"; exit 1; }
exit $failed
