/*
 * The upper case of every UTF-16 code unit as the Windows it runs on answers it: one line "0061 0041" for
 * each unit that is not its own upper case. tests/wine/test_upcase.sh compares it with
 * host/base/unicode_table.c.
 */
#include <stdio.h>
#include <windows.h>

typedef WCHAR(WINAPI *upcase_fn)(WCHAR);

int main(void) {
  union {
    FARPROC address;
    upcase_fn call;
  } upcase;
  HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
  upcase.address = ntdll ? GetProcAddress(ntdll, "RtlUpcaseUnicodeChar") : NULL;
  if (!upcase.address)
    return fputs("upcase: no RtlUpcaseUnicodeChar in ntdll\n", stderr), 1;
  for (unsigned unit = 0; unit < 0x10000; unit++) {
    unsigned upper = upcase.call((WCHAR)unit);
    if (upper != unit)
      printf("%04x %04x\n", unit, upper);
  }
  return 0;
}
