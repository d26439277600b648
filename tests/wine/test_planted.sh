#!/bin/sh
# Libraries that lie beside the executable, as in a folder of downloads, are not loaded: each of them says so in a file if it is, by
# which program, and Wine is told to prefer them to its own, as Windows does with all that are no "known DLLs".
set -eu
. "$TLSMEND_SOURCE/tests/wine/prefix.sh"
wine_prefix planted
cd "$work"
cp "$TLSMEND_WIN64" tlsmend.exe
libraries="version secur32 setupapi cabinet wbemprox schannel netapi32 sspicli cryptbase"
cat >planted.c <<'END'
#include <stdio.h>
#include <windows.h>
BOOL WINAPI DllMain(HINSTANCE self, DWORD why, LPVOID reserved) {
  char program[MAX_PATH], mark[MAX_PATH + 40];
  (void)self, (void)reserved;
  if (why == DLL_PROCESS_ATTACH && GetModuleFileNameA(NULL, program, sizeof program)) {
    snprintf(mark, sizeof mark, "%s.loaded." NAME, program);
    CloseHandle(CreateFileA(mark, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL));
  }
  return TRUE;
}
END
overrides=mscoree,mshtml=
for library in $libraries; do
  "$MINGW" -shared -DNAME="\"$library\"" -o $library.dll planted.c
  overrides="$overrides;$library=n,b"
done
fail() {
  printf 'FAILED: %s\n' "$*" >&2
  exit 1
}

# The trap works: a program that loads a library by its name loads the one beside it. The same program tells which of them Wine's
# own "known DLLs" load before it has begun: what no program can help is not judged (on Windows there is none).
cat >careless.c <<'END'
#include <winsock2.h>
#include <windows.h>
void *volatile known[] = {WSAStartup, RegCloseKey};
int main(int count, char **names) {
  for (int i = 1; i < count; i++)
    LoadLibraryA(names[i]);
  return 0;
}
END
"$MINGW" -o careless.exe careless.c -lws2_32
loaded() { ls | sed -n "s/^$1.exe.loaded.//p"; }
WINEDLLOVERRIDES=$overrides wine careless.exe
unjudged=$(echo $(loaded careless))
WINEDLLOVERRIDES=$overrides wine careless.exe $(printf '%s.dll ' $libraries)
[ "$(loaded careless)" = "$(printf '%s\n' $libraries | sort)" ] || fail "careless.exe loads only: $(loaded careless): this tests nothing"

sh "$TLSMEND_SOURCE/tests/wine/msu.sh" "$work"
mv "windows6.1-kb3140245-$arch.msu" "windows6.1-kb3140245-$arch.cab"
tried() { # EXIT ARGUMENT...
  expected=$1 code=0
  shift
  WINEDLLOVERRIDES=$overrides wine tlsmend.exe "$@" >last.out 2>last.err || code=$?
  [ "$code" -eq "$expected" ] || { cat last.out last.err >&2; fail "$*: exit $code, not $expected"; }
  for library in $(loaded tlsmend); do
    case " $unjudged " in *" $library "*) continue ;; esac
    fail "$*: $library.dll beside the executable was loaded"
  done
}
wine winecfg -v win7 2>/dev/null
tried 0 version
tried 0 status
tried 2 state
tried 5 probe 127.0.0.1:1
rm version.dll # half of Wine would not work with it
tried 194 apply winhttp-tls12 --yes --reboot never -p "package=.\\windows6.1-kb3140245-$arch.cab"
echo "planted: none of $(echo $libraries | wc -w) libraries beside the executable was loaded (not judged: ${unjudged:-none})"
