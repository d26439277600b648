/*
 * registry_dump KEY...: everything below these keys of HKEY_LOCAL_MACHINE, a line each, as Win32 tells it: one process where
 * reg.exe needs one a key. For tests that compare the registry hundreds of times.
 */
#include <stdio.h>
#include <wchar.h>
#include <windows.h>

static unsigned char data[1 << 20];

static void dump(HKEY key, const wchar_t *path) {
  wchar_t name[16384], below[1024];
  for (DWORD i = 0;; i++) {
    DWORD length = sizeof name / sizeof *name, size = sizeof data, type = 0;
    LONG code = RegEnumValueW(key, i, name, &length, NULL, &type, data, &size);
    if (code != ERROR_SUCCESS)
      break;
    printf("%ls|%ls=%lu:", path, name, type);
    for (DWORD j = 0; j < size; j++)
      printf("%02x", data[j]);
    putchar('\n');
  }
  for (DWORD i = 0;; i++) {
    DWORD length = 256;
    HKEY child;
    if (RegEnumKeyExW(key, i, name, &length, NULL, NULL, NULL, NULL) != ERROR_SUCCESS)
      break;
    if (swprintf(below, sizeof below / sizeof *below, L"%ls\\%ls", path, name) < 0)
      continue;
    printf("[%ls]\n", below);
    if (RegOpenKeyExW(key, name, 0, KEY_READ | KEY_WOW64_64KEY, &child) == ERROR_SUCCESS) {
      dump(child, below);
      RegCloseKey(child);
    }
  }
}

int wmain(int count, wchar_t **keys) {
  for (int i = 1; i < count; i++) {
    HKEY key;
    if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, keys[i], 0, KEY_READ | KEY_WOW64_64KEY, &key) != ERROR_SUCCESS) {
      printf("absent [%ls]\n", keys[i]);
      continue;
    }
    dump(key, keys[i]);
    RegCloseKey(key);
  }
  return 0;
}
