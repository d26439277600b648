/* Makes a registry link: link PATH TARGET, both below HKEY_LOCAL_MACHINE; or takes one away: link PATH. */
#include <windows.h>

#include <stdio.h>
#include <wchar.h>

int wmain(int argc, wchar_t **argv) {
  HKEY key;
  wchar_t target[512];
  if (argc == 2) {
    /* A link is deleted through a handle of its own. */
    typedef LONG(WINAPI * delete_fn)(HANDLE);
    delete_fn delete = (delete_fn)(void *)GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "NtDeleteKey");
    LONG number =
        RegOpenKeyExW(HKEY_LOCAL_MACHINE, argv[1], REG_OPTION_OPEN_LINK, DELETE | KEY_SET_VALUE, &key);
    return number || delete (key) ? 1 : 0;
  }
  if (argc != 3)
    return 64;
  LONG number = RegCreateKeyExW(HKEY_LOCAL_MACHINE, argv[1], 0, NULL, REG_OPTION_CREATE_LINK,
                                KEY_CREATE_LINK | KEY_SET_VALUE | KEY_WOW64_64KEY, NULL, &key, NULL);
  if (number)
    return printf("cannot make the link: %ld\n", number), 1;
  _snwprintf(target, 511, L"\\REGISTRY\\Machine\\%ls", argv[2]);
  number = RegSetValueExW(key, L"SymbolicLinkValue", 0, REG_LINK, (const BYTE *)target,
                          (DWORD)(wcslen(target) * sizeof *target));
  RegCloseKey(key);
  return number ? 1 : 0;
}

/* mingw's start code calls main. */
int main(void) {
  int argc;
  wchar_t **argv = CommandLineToArgvW(GetCommandLineW(), &argc);
  return wmain(argc, argv);
}
