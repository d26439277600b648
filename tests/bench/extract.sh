# The section "extract" of run.sh: a package of 500 MB out of a bundle. The command does it on Windows only, so a
# program does.

# Linked with the library's parts: the names inside of the library itself are hidden.
make_extract() {
  packages="libsodium jansson zlib libseccomp lua5.4 lua5.4-filesystem"
  cc -O2 -I"$root/host" -I"$root/host/include" -o extract "$bench/extract.c" \
    "$root/build/release/libtlsmend_parts.a" $(pkg-config --cflags --libs $packages) -lm -pthread
}

extract() {
  package=windows6.1-kb3140245-x64.msu
  not_run "a package of 500 MB out of a bundle" minisign minisign && return
  make_extract
  head -c 500000000 /dev/urandom >$package
  cp "$root/runbooks/winhttp-tls12.lua" site.lua
  minisign -G -W -f -p bench.pub -s bench.key >/dev/null 2>&1
  "$tlsmend" sign site.lua $package -s bench.key -o site.tlsmend >/dev/null 2>&1
  digest=$(sha256sum $package | cut -d' ' -f1)
  ./extract "site.tlsmend|$package" copy $digest
  cmp copy $package
  against "a package of 500 MB out of a bundle" "cp and fsync" 1.5 5 \
    "rm -f copy; sync :: ./extract 'site.tlsmend|$package' copy $digest" \
    "rm -f copy; sync :: cp $package copy; sync copy"
  against "plan of that bundle, which is read twice" "cat of it, twice" "" 3 \
    "$tlsmend plan site.tlsmend -m sim:win7-sp1-x64" "cat site.tlsmend site.tlsmend"
  rm -f $package site.tlsmend copy
}
