#!/bin/sh
# i386.sh [TEST...]: the x86 executable under a 32-bit Wine: all of tests/wine and the C tests of the preset win32, or the tests named
# (e2e, trust, test_path ...). As root, on Debian or Ubuntu with debootstrap: makes an i386 tree below build/i386, once, with what is
# needed to build and test there, and runs in it in namespaces of its own, so that nothing stays mounted or running. Half an hour
# the first time. A command of its own: the whole suite does not run it. TLSMEND_SUITE: of which release; default: bookworm.
#   exit 0: passed   1: something failed   77: cannot run here
set -eu
source=$(cd "$(dirname "$0")/../.." && pwd)
tree=$source/build/i386
suite=${TLSMEND_SUITE:-bookworm}

if [ "${TLSMEND_I386:-}" != inside ]; then
  [ "$(id -u)" -eq 0 ] || { echo "NOT RUN: $0: only root may make a tree and change into it" >&2; exit 77; }
  for tool in debootstrap unshare setarch cmake i686-w64-mingw32-gcc; do
    command -v $tool >/dev/null || { echo "NOT RUN: $0: no $tool here. apt-get install debootstrap util-linux" >&2; exit 77; }
  done
  if [ ! -e "$tree/.made" ]; then
    [ -e "$tree/usr/bin/wine" ] || debootstrap --arch=i386 --variant=minbase --include=wine32,wine "$suite" "$tree"
    cp /etc/resolv.conf "$tree/etc/resolv.conf"
    chroot "$tree" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends cmake ninja-build gcc libc6-dev \
      pkg-config liblua5.4-dev lua-filesystem-dev libjansson-dev libsodium-dev libseccomp-dev zlib1g-dev libcmocka-dev lua5.4 openssl gcab gnutls-bin python3 gcc-mingw-w64-i686 procps
    touch "$tree/.made"
  fi
  cmake --preset win32 -S "$source" && cmake --build "$source/build/win32" -- -j "$(nproc)"
  mkdir -p "$tree$source"
  exec unshare --mount --pid --fork --kill-child sh -c '
    mount --bind "$1" "$2$1" && mount -t proc proc "$2/proc" && mount -t tmpfs tmpfs "$2/dev/shm" && mount --bind /dev/null "$2/dev/null"
    exec setarch i386 chroot "$2" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 TLSMEND_I386=inside \
      sh "$1/tests/wine/i386.sh" $3' sh "$source" "$tree" "$*"
fi

# Inside: the same source at the same place, the build for this system in /build.
cd "$source"
cmake -G Ninja -S . -B /build -DCMAKE_BUILD_TYPE=Debug >/build.log 2>&1 && cmake --build /build >>/build.log 2>&1 || {
  tail -n 30 /build.log
  exit 1
}
export TLSMEND=/build/tlsmend TLSMEND_SOURCE="$source" TLSMEND_BINARY=/build TLSMEND_LUA=lua5.4 MINGW=i686-w64-mingw32-gcc
export TLSMEND_WIN32="$source/build/win32/tlsmend.exe" TLSMEND_WIN64="$source/build/win32/tlsmend.exe"
export TLSMEND_KILL_EVERY=5 # with one view of the registry a run is shorter
passed=0 failed= skipped=
judge() { # NAME CODE LOG
  case $2 in
    0) passed=$((passed + 1)) && echo "ok: $1" ;;
    77) skipped="$skipped $1" && echo "skipped: $1: $(grep 'NOT RUN\|SKIPPED' "$3" | head -n 1)" ;;
    *) failed="$failed $1" && echo "FAILED: $1 (exit $2)" && tail -n 40 "$3" ;;
  esac
}
wanted() { [ -z "$names" ] || case " $names " in *" $1 "*) ;; *) return 1 ;; esac; }
names=$*
mkdir -p /build/log
for script in tests/wine/test_*.sh; do
  name=$(basename "$script" .sh)
  name=${name#test_}
  wanted "$name" || continue
  code=0
  sh "$script" >"/build/log/$name" 2>&1 || code=$?
  judge "$name" "$code" "/build/log/$name"
done
export WINEPREFIX=/build/wine-unit WINEDEBUG=-all WINEDLLOVERRIDES="mscoree,mshtml="
wineboot -i >/dev/null 2>&1
for program in build/win32/tests/test_*.exe build/win32/tests/conformance.exe; do
  name=$(basename "$program" .exe)
  wanted "$name" || continue
  code=0
  wine "$program" >"/build/log/$name" 2>&1 || code=$?
  judge "$name" "$code" "/build/log/$name"
done
wineserver -k || :
echo "$passed passed; failed:${failed:- none}; skipped:${skipped:- none}; $(wine --version), $(uname -m), $(date -I)"
[ -z "$failed" ]
