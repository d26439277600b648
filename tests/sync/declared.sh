# To be sourced: declared FILE writes the names of all functions that the public headers declare TLSMEND_API into FILE, sorted.
declared() {
  # A declaration begins with the macro; its name is the word before the first parenthesis, maybe on the next line.
  cat "$TLSMEND_SOURCE"/host/include/tlsmend/*.h | awk '
    /^TLSMEND_API / { text = ""; open = 1; count++ }
    open { text = text " " $0; if (/\(/) { sub(/\(.*/, "", text); n = split(text, word, /[ *]+/); print word[n]; open = 0 } }
    END { print count > "/dev/stderr" }' 2>"$1.count" | LC_ALL=C sort >"$1"
  [ "$(wc -l <"$1")" -ge 25 ] || { echo "FAILED: found too few declarations"; exit 1; }
  [ "$(cat "$1.count")" -eq "$(grep -c '^tlsmend_' "$1")" ] || { echo "FAILED: a declaration could not be read"; exit 1; }
}
