/* Bench: the three Win32 calls of one registry read, again and again. usage: read AGAIN; prints nanoseconds a read. */
#include <windows.h>

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
  long again = argc > 1 ? atol(argv[1]) : 1;
  LARGE_INTEGER tick, begin, end;
  QueryPerformanceFrequency(&tick);
  QueryPerformanceCounter(&begin);
  for (long i = 0; i < again; i++) {
    HKEY key;
    DWORD type, data, size = sizeof data;
    if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, L"SOFTWARE\\tlsmend-bench\\K0", 0,
                      KEY_QUERY_VALUE | KEY_WOW64_64KEY, &key) ||
        RegQueryValueExW(key, L"V0", NULL, &type, (BYTE *)&data, &size) || RegCloseKey(key)) {
      fprintf(stderr, "read: the value is not there\n");
      return 1;
    }
  }
  QueryPerformanceCounter(&end);
  printf("%.0f\n", (double)(end.QuadPart - begin.QuadPart) * 1e9 / (double)tick.QuadPart / (double)again);
  return 0;
}
