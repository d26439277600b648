#!/bin/sh
# fetch-sources.sh [--upstream] FOLDER PACKAGE...: unpacks the distribution's source packages below FOLDER, once. The deb-src list
# is made from the machine's own deb lists and lives below FOLDER too: nothing of the system is changed and no rights are needed.
# --upstream: upstream's archive without the distribution's changes will do, for a mirror that has no more of the package.
# A package that cannot be had is named in FOLDER/absent.
set -eu
upstream=
if [ "$1" = --upstream ]; then
  upstream=yes
  shift
fi
folder=$1
shift
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)

# Two presets may be configured at the same time.
exec 9>"$folder/lock"
if command -v flock >/dev/null; then flock 9; fi

rm -f "$folder/absent"
missing=
for package; do
  [ -e "$folder/$package/.unpacked" ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

for command in apt-get dpkg-source; do
  command -v "$command" >/dev/null || {
    echo "fetch-sources.sh: $command is missing; a Windows build needs a Debian or Ubuntu with dpkg-dev" >&2
    exit 1
  }
done

apt=$folder/apt
rm -rf "$apt"
mkdir -p "$apt/sources" "$apt/lists/partial" "$apt/archives/partial"
for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
  [ -r "$list" ] || continue
  sed -n 's/^[[:space:]]*deb[[:space:]]/deb-src /p' "$list" >"$apt/sources/$(basename "$list" .list).list"
done
for list in /etc/apt/sources.list.d/*.sources; do
  [ -r "$list" ] || continue
  sed 's/^[Tt]ypes:.*/Types: deb-src/' "$list" >"$apt/sources/$(basename "$list")"
done

from_source() {
  apt-get -q -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$apt/sources" -o Dir::State::lists="$apt/lists" \
    -o Dir::Cache="$apt" -o Dir::Cache::archives="$apt/archives" -o APT::Sandbox::User="$(id -un)" -o Acquire::Retries=3 "$@"
}

unpack() {
  from_source source "$1" && return
  [ -n "$upstream" ] && from_source source --tar-only --download-only "$1" && tar -xf "$1"_*.orig.tar.*
}

# A third-party list without sources makes update fail; what counts is whether the packages come.
from_source update >"$folder/update.log" 2>&1 || true
for package in $missing; do
  rm -rf "$folder/$package" "$folder/$package.new"
  mkdir "$folder/$package.new"
  (cd "$folder/$package.new" && unpack "$package") >"$folder/$package.log" 2>&1 || {
    cat "$folder/update.log" "$folder/$package.log" >&2
    echo "$package" >"$folder/absent"
    echo "fetch-sources.sh: no source package of $package from this machine's package sources" >&2
    exit 1
  }
  for unpacked in "$folder/$package.new"/*/; do
    mv "$unpacked" "$folder/$package"
  done
  rm -rf "$folder/$package.new"
  touch "$folder/$package/.unpacked"
done
rm -rf "$apt"
