/* Code of its own, libraries, more memory than there may be. */
#include "wall/win32/win32.h"

/* Windows before 8.1 has no policy against code that is made while a program runs. */
static bool no_policy(void) { return !wall_function("kernel32.dll", "SetProcessMitigationPolicy"); }

static long code_at_once(void) {
  if (no_policy())
    return ERROR_NOT_SUPPORTED;
  return VirtualAlloc(NULL, 4096, MEM_COMMIT | MEM_RESERVE, PAGE_EXECUTE_READWRITE) ? WALL_THROUGH
                                                                                    : wall_error();
}

static long code_later(void) {
  DWORD before;
  void *page = VirtualAlloc(NULL, 4096, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE);
  if (no_policy())
    return ERROR_NOT_SUPPORTED;
  return page && VirtualProtect(page, 4096, PAGE_EXECUTE_READ, &before) ? WALL_THROUGH : wall_error();
}

static long overwrite_code(void) {
  DWORD before;
  if (no_policy())
    return ERROR_NOT_SUPPORTED;
  return VirtualProtect((void *)(ULONG_PTR)&code_later, 16, PAGE_EXECUTE_READWRITE, &before) ? WALL_THROUGH
                                                                                             : wall_error();
}

static long code_section(void) {
  if (no_policy())
    return ERROR_NOT_SUPPORTED;
  return CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_EXECUTE_READWRITE, 0, 4096, NULL) ? WALL_THROUGH
                                                                                               : wall_error();
}

WALL_ASK(library, LoadLibraryW(L"C:\\Windows\\System32\\msi.dll"))
WALL_ASK(library_here, LoadLibraryW(L".\\tlsmend-wall.dll"))
WALL_ASK(library_elsewhere, LoadLibraryW(L"\\\\localhost\\C$\\Windows\\System32\\msi.dll"))
WALL_ASK(much, VirtualAlloc(NULL, (SIZE_T)1 << (sizeof(SIZE_T) > 4 ? 36 : 31), MEM_COMMIT | MEM_RESERVE,
                            PAGE_READWRITE))

static long all_memory(void) {
  for (;;) {
    char *block = VirtualAlloc(NULL, 16 << 20, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE);
    if (!block)
      return wall_error();
    for (size_t at = 0; at < 16 << 20; at += 4096)
      ((volatile char *)block)[at] = 1;
  }
}

/* The policy taken back: asks for dynamic code to be allowed again. */
static long policy_off(void) {
  union {
    FARPROC found;
    BOOL(WINAPI *set)(int, void *, SIZE_T);
  } policy = {wall_function("kernel32.dll", "SetProcessMitigationPolicy")};
  DWORD off = 0;
  if (!policy.found)
    return ERROR_NOT_SUPPORTED;
  return policy.set(2, &off, sizeof off) ? WALL_THROUGH : wall_error();
}

const wall_attempt wall_memory[] = {
    {"VirtualAlloc code", code_at_once, WALL_REFUSED, 0, false},
    {"VirtualProtect code", code_later, WALL_REFUSED, 0, false},
    {"overwrite its code", overwrite_code, WALL_REFUSED, 0, false},
    {"a section of code", code_section, WALL_REFUSED, 0, false},
    {"the policy taken back", policy_off, WALL_REFUSED, 0, false},
    {"LoadLibrary of Windows", library, WALL_REFUSED, 0, false},
    {"LoadLibrary from here", library_here, WALL_REFUSED, 0, true},
    {"LoadLibrary from a share", library_elsewhere, WALL_REFUSED, 0, false},
    {"VirtualAlloc of much", much, WALL_REFUSED, 0, false},
    {"take all memory", all_memory, WALL_HELD, 0, true},
    {0},
};
