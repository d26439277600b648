#!/bin/sh
# docs/ALLOWED.md is the allow-list of host/script/sandbox/globals.c, row by row. `test_allowed.sh --write` writes it anew.
set -eu
cd "${TLSMEND_SOURCE:-$(dirname "$0")/../..}"
work=$(mktemp -d "${TMPDIR:-/tmp}/tlsmend-allowed.XXXXXX")
trap 'rm -rf "$work"' EXIT
{
  cat <<'END'
# What a runbook can call

Of standard Lua a runbook has these functions and values, and nothing else; the reason says why each is harmless. "Ours" takes
the place of the standard one. The list is made from the table in `host/script/sandbox/globals.c`
(`sh tests/sync/test_allowed.sh --write`); what is left out, and why, stands at its head. The modules that `require` reaches
stand in [RUNBOOKS.md](RUNBOOKS.md); the host's own Lua (`host/lua/`) is none of them.

| name | whose | why it is harmless |
|---|---|---|
END
  awk '
    /^#define [A-Z]+ +"/ { name = $2; sub(/^#define [A-Z]+ +"/, ""); sub(/"$/, ""); reason[name] = $0 }
    /^    \{"[a-z_0-9A-Z]+", "/ {
      line = $0
      sub(/^    \{"/, "", line); sub(/"?\},$/, "", line)
      library = line; sub(/".*/, "", library); sub(/^[^"]*", "/, "", line)
      name = line; sub(/".*/, "", name); sub(/^[^"]*", /, "", line)
      ours = line; sub(/,.*/, "", ours); sub(/^[^,]*, "?/, "", line)
      printf "| `%s%s` | %s | %s |\n", library == "_G" ? "" : library ".", name, ours == "NULL" ? "standard" : "ours",
        (line in reason) ? reason[line] : line
    }' host/script/sandbox/globals.c
} >"$work/list"
[ "$(grep -c '^| `' "$work/list")" -ge 60 ] || { echo "FAILED: found too few rows in the table"; exit 1; }
[ "${1:-}" != --write ] || cp "$work/list" docs/ALLOWED.md
diff "$work/list" docs/ALLOWED.md || { echo "FAILED: the table (<) and docs/ALLOWED.md (>) differ: sh tests/sync/test_allowed.sh --write"; exit 1; }
