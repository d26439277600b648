/*
 * Ends the process at a numbered point: linked into the command in front of the import libraries, it stands between the very
 * objects that are shipped and Windows. Every call that changes something counts. With TLSMEND_KILL=N the process is terminated
 * before the Nth of them; with TLSMEND_KILL=N+ in the middle of it, if it writes bytes. Otherwise the points are printed at the end.
 */
#include <stdio.h>
#include <stdlib.h>
#include <windows.h>

static unsigned long points;

/* The function that an import library would have led to. */
static FARPROC real(const char *name) {
  FARPROC found = GetProcAddress(GetModuleHandleW(L"kernel32.dll"), name);
  return found ? found : GetProcAddress(GetModuleHandleW(L"advapi32.dll"), name);
}

static unsigned long writes[1000], write_count;

static void tell(void) {
  fprintf(stderr, "points: %lu writes:", points);
  for (unsigned long i = 0; i < write_count; i++)
    fprintf(stderr, " %lu+", writes[i]);
  fputc('\n', stderr);
}

/* Counts a point. Returns true if the process is to be terminated in the middle of it. */
static int point(void) {
  const char *wanted = getenv("TLSMEND_KILL");
  if (points++ == 0 && !wanted)
    atexit(tell);
  char *end = NULL;
  if (!wanted || strtoul(wanted, &end, 10) != points)
    return 0;
  if (*end == '+')
    return 1;
  TerminateProcess(GetCurrentProcess(), 137);
  return 0;
}

#define REAL(name, type, parameters) ((type(WINAPI *) parameters)(void (*)(void))real(#name))

/* Takes the place of what the import library would define. On x86 its name ends with the size of the arguments. */
#ifdef __i386__
#define SYMBOL(name, size) "__imp__" #name "@" #size
#else
#define SYMBOL(name, size) "__imp_" #name
#endif
#define IMPORT(name, size)                                                                                   \
  extern void (*import_##name)(void) __asm__(SYMBOL(name, size));                                            \
  void (*import_##name)(void) = (void (*)(void))struck_##name;

/* A call that happens or does not. */
#define POINT(name, size, type, parameters, arguments)                                                       \
  static type WINAPI struck_##name parameters {                                                              \
    point();                                                                                                 \
    return REAL(name, type, parameters) arguments;                                                           \
  }                                                                                                          \
  IMPORT(name, size)

POINT(FlushFileBuffers, 4, BOOL, (HANDLE a), (a))
POINT(SetEndOfFile, 4, BOOL, (HANDLE a), (a))
POINT(MoveFileExW, 12, BOOL, (LPCWSTR a, LPCWSTR b, DWORD c), (a, b, c))
POINT(DeleteFileW, 4, BOOL, (LPCWSTR a), (a))
POINT(RemoveDirectoryW, 4, BOOL, (LPCWSTR a), (a))
POINT(CreateDirectoryW, 8, BOOL, (LPCWSTR a, LPSECURITY_ATTRIBUTES b), (a, b))
POINT(CopyFileW, 12, BOOL, (LPCWSTR a, LPCWSTR b, BOOL c), (a, b, c))
POINT(RegFlushKey, 4, LONG, (HKEY a), (a))
POINT(RegDeleteValueW, 8, LONG, (HKEY a, LPCWSTR b), (a, b))
POINT(RegDeleteKeyW, 8, LONG, (HKEY a, LPCWSTR b), (a, b))
POINT(RegDeleteKeyExW, 16, LONG, (HKEY a, LPCWSTR b, REGSAM c, DWORD d), (a, b, c, d))
POINT(RegSetValueExW, 24, LONG, (HKEY a, LPCWSTR b, DWORD c, DWORD d, const BYTE *e, DWORD f),
      (a, b, c, d, e, f))
POINT(RegCreateKeyExW, 36, LONG,
      (HKEY a, LPCWSTR b, DWORD c, LPWSTR d, DWORD e, REGSAM f, LPSECURITY_ATTRIBUTES g, PHKEY h, LPDWORD i),
      (a, b, c, d, e, f, g, h, i))

/* Half of the bytes get there. */
static BOOL WINAPI struck_WriteFile(HANDLE file, LPCVOID bytes, DWORD size, LPDWORD done, LPOVERLAPPED how) {
  int torn = point();
  if (write_count < sizeof writes / sizeof *writes)
    writes[write_count++] = points;
  BOOL result = REAL(WriteFile, BOOL, (HANDLE, LPCVOID, DWORD, LPDWORD, LPOVERLAPPED))(
      file, bytes, torn ? size / 2 : size, done, how);
  if (torn)
    TerminateProcess(GetCurrentProcess(), 137);
  return result;
}
IMPORT(WriteFile, 20)

/* Only what may create a file or empties one counts. */
static HANDLE WINAPI struck_CreateFileW(LPCWSTR path, DWORD access, DWORD share, LPSECURITY_ATTRIBUTES rights,
                                        DWORD how, DWORD flags, HANDLE template_file) {
  if (how != OPEN_EXISTING)
    point();
  return REAL(CreateFileW, HANDLE, (LPCWSTR, DWORD, DWORD, LPSECURITY_ATTRIBUTES, DWORD, DWORD, HANDLE))(
      path, access, share, rights, how, flags, template_file);
}
IMPORT(CreateFileW, 28)
