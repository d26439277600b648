#!/bin/sh
# What runbooks may require is told in docs/RUNBOOKS.md, module by module, and what is told is there. A module that is not to be told is
# no library: it belongs to host/lua. A name that both have would mean another file to the host than to a runbook.
set -eu
cd "${TLSMEND_SOURCE:-$(dirname "$0")/../..}"
work=$(mktemp -d "${TMPDIR:-/tmp}/tlsmend-modules.XXXXXX")
trap 'rm -rf "$work"' EXIT
modules() { (cd "$1" && find . -name '*.lua' ! -path './meta/*' | sed 's|^\./||; s|\.lua$||; s|/|.|g' | sort); }
modules stdlib | grep -v '^windows\.update_rows' >"$work/stdlib" # the rows of windows.updates, a file each kind
modules host/lua >"$work/host"
sed -n '/^## The modules/,/^## Try it/p' docs/RUNBOOKS.md | grep -o '`[a-z_]*\(\.[a-z_]*\)*\(\.\*\)\?`' | tr -d '`' | sort -u >"$work/told"
bad=0
while read -r module; do
  grep -qxF -e "$module" -e "${module%.*}.*" "$work/told" || { echo "FAILED: docs/RUNBOOKS.md does not tell of $module"; bad=1; }
done <"$work/stdlib"
while read -r told; do
  case $told in
  log | registry | stdlib*) ;;
  *) grep -q "^$(echo "$told" | sed 's/\./\\./; s/\*$//')" "$work/stdlib" || { echo "FAILED: there is no module $told"; bad=1; } ;;
  esac
done <"$work/told"
both=$(comm -12 "$work/stdlib" "$work/host")
[ -z "$both" ] || { echo "FAILED: host/lua and stdlib both have" $both; bad=1; }
echo "$(wc -l <"$work/stdlib") modules, $(wc -l <"$work/host") of the host's own"
[ "$(wc -l <"$work/stdlib")" -ge 20 ] && [ "$(wc -l <"$work/host")" -ge 20 ] || { echo "FAILED: found too few"; bad=1; }
exit $bad
