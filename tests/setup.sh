#!/bin/sh
# setup.sh [PART...]: makes sure that the packages are there that the build and the tests need. Installs them as root or with
# sudo; otherwise it says which are missing. Parts: build (the command), test (the whole suite); default: test,
# which includes build.
#   exit 0: everything that is required is there   1: something required is missing
set -u
parts=${*:-test}

build="cmake ninja-build gcc libc6-dev pkg-config liblua5.4-dev lua-filesystem-dev libjansson-dev libsodium-dev libseccomp-dev zlib1g-dev"
# dpkg-dev and what it calls unpack the source packages that the Windows build compiles.
test_required="g++ libcmocka-dev binutils lua5.4 python3 git openssl"
test_optional="libedit-dev minisign python3-jsonschema python3-junitparser chromium poppler-utils clang libclang-rt-dev valgrind clang-format clang-tidy lua-check gcc-mingw-w64-x86-64 gcc-mingw-w64-i686 dpkg-dev patch xz-utils
  wine64 wine gcab gnutls-bin luajit libluajit-5.1-dev liblua5.1-0-dev liblua5.3-dev libjson-c-dev"

required=
optional=
for part in $parts; do
  case $part in
    build) required="$build" ;;
    test) required="$build $test_required" optional=$test_optional ;;
    *) echo "setup.sh: unknown part '$part' (build, test)" >&2; exit 64 ;;
  esac
done

if ! command -v dpkg-query >/dev/null; then
  echo "setup.sh: not a Debian or Ubuntu: please install the equivalents of:$required $optional" >&2
  exit 0
fi

installed() {
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ] && return 0
  # Some of these are there under the name of a versioned package or built by hand; the command is what counts.
  case $1 in
    gcc | g++ | git | clang | clang-format | clang-tidy | cmake | patch | wine | gcab | lua5.4 | openssl | python3) command -v "$1" >/dev/null ;;
    pkg-config) command -v pkg-config >/dev/null ;;
    ninja-build) command -v ninja >/dev/null ;;
    *) return 1 ;;
  esac
}

absent() {
  for package; do
    installed "$package" || printf ' %s' "$package"
  done
}

missing=$(absent $required $optional)
if [ -n "$missing" ]; then
  as_root=
  if [ "$(id -u)" -ne 0 ]; then
    if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
      as_root="sudo -n"
    elif command -v sudo >/dev/null && [ -t 0 ]; then
      as_root=sudo
    fi
  fi
  if [ "$(id -u)" -eq 0 ] || [ -n "$as_root" ]; then
    log=$(mktemp "${TMPDIR:-/tmp}/tlsmend-setup.XXXXXX") || exit 1
    export DEBIAN_FRONTEND=noninteractive
    echo "installing:$missing" >&2
    apt() { $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Use-Pty=0 "$@" >>"$log" 2>&1 </dev/null; }
    apt update || echo "setup.sh: apt-get update failed; going on with the lists that are there" >&2
    # All at once is fast; one by one finds the package that this distribution does not have.
    if ! apt install --no-install-recommends $missing; then
      for package in $missing; do
        apt install --no-install-recommends "$package" || echo "setup.sh: cannot install $package (see $log)" >&2
      done
    fi
    missing_now=$(absent $required $optional)
    [ -n "$missing_now" ] || rm -f "$log"
  else
    echo "setup.sh: neither root nor sudo. Missing; as root run:" >&2
    echo "  apt-get install --no-install-recommends$missing" >&2
  fi
fi

missing=$(absent $optional)
[ -z "$missing" ] || echo "setup.sh: NOT THERE, so the tests that need it will be skipped:$missing" >&2
missing=$(absent $required)
if [ -n "$missing" ]; then
  echo "setup.sh: REQUIRED and not there:$missing" >&2
  exit 1
fi
exit 0
