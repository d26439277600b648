#!/bin/sh
# demo.sh: does its own set-up, builds the command, and takes a made-up Windows 7 machine through the main job: plan, apply, a
# restart, resume, plan again (empty), roll back. Ends with "demo: passed" and exit 0, or names the step that went wrong.
# With TLSMEND set to a command, that one is taken and nothing is built.
set -eu
cd "$(dirname "$0")/.."
root=$PWD

if [ -z "${TLSMEND:-}" ]; then
  sh tests/setup.sh build
  echo '$ cmake --preset release && cmake --build --preset release'
  cmake --preset release
  cmake --build --preset release
  TLSMEND=$root/build/release/tlsmend
fi

folder=$(mktemp -d "${TMPDIR:-/tmp}/tlsmend-demo.XXXXXX")
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
cd "$folder"
mkdir bin
ln -s "$TLSMEND" bin/tlsmend
PATH=$folder/bin:$PATH

# step EXIT-CODE COMMAND...: prints the command, runs it, and stops the demo unless it exits as expected.
step() {
  expected=$1
  shift
  printf '\n$ %s\n' "$*"
  code=0
  "$@" || code=$?
  if [ "$code" -ne "$expected" ]; then
    echo "demo: '$*' exited with $code, not $expected" >&2
    exit 1
  fi
  [ "$code" -eq 0 ] || echo "(exit code $code)"
}

echo
echo "In $folder:"
step 0 tlsmend list
step 0 tlsmend snapshot -m sim:win7-sp1-x64 -o pc.reg
cp pc.reg before.reg

# The simulated machine installs any file of the right name; its SHA-256 is taken into the plan all the same.
mkdir packages
echo "stands in for the real package" >packages/windows6.1-kb3140245-x64.msu

step 2 tlsmend plan winhttp-tls12 -m sim:pc.reg -p package=packages
step 0 cmp pc.reg before.reg
step 194 tlsmend apply winhttp-tls12 -m sim:pc.reg -p package=packages --yes
echo "The machine restarts here. A simulated one does so when the run is resumed."
step 0 tlsmend resume -m sim:pc.reg
step 0 tlsmend status -m sim:pc.reg
step 0 tlsmend plan winhttp-tls12 -m sim:pc.reg -p package=packages
step 0 tlsmend rollback -m sim:pc.reg --yes
step 0 cmp pc.reg before.reg

echo
echo "demo: passed. The machine is byte for byte what it was."
