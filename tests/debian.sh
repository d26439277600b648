#!/bin/sh
# debian.sh SUITE FOLDER [COMMAND...]: the suite on a bare Debian (bookworm, trixie), as root: makes the tree FOLDER with debootstrap
# if it is not there, from where this machine has its packages, clones what is committed into it and runs COMMAND there, which is
# `sh tests/check.sh` if it is left out. FOLDER keeps the packages for the next time; nothing stays mounted.
set -eu
cd "$(dirname "$0")/.."
[ $# -ge 2 ] || { echo "debian.sh SUITE FOLDER [COMMAND...]" >&2; exit 64; }
suite=$1 tree=$2
shift 2
[ $# -gt 0 ] || set -- sh tests/check.sh
if [ "$(id -u)" -ne 0 ] || ! command -v debootstrap >/dev/null; then
  echo "debian.sh: wants root and debootstrap: apt-get install debootstrap" >&2
  exit 1
fi
if [ ! -e "$tree/etc/debian_version" ]; then
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | head -n 1)
  debootstrap --variant=minbase --include=ca-certificates "$suite" "$tree" "$mirror"
fi
rm -rf "$tree/root/tlsmend"
git clone -q . "$tree/root/tlsmend"
unshare --mount sh -c 'mount --bind /proc "$1/proc" && mount --rbind /dev "$1/dev" && tree=$1 && shift &&
  exec env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot "$tree" sh -c "cd /root/tlsmend && exec \"\$@\"" sh "$@"' sh "$tree" "$@"
