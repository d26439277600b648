/* The registry, by its functions and by the kernel's. */
#include "wall/win32/win32.h"

#include <winternl.h>

static HKEY opened;

WALL_ASK_CODE(machine_software, RegOpenKeyExW(HKEY_LOCAL_MACHINE, L"SOFTWARE", 0, KEY_READ, &opened))
WALL_ASK_CODE(machine_write, RegCreateKeyExW(HKEY_LOCAL_MACHINE, L"SOFTWARE\\TlsmendWall", 0, NULL,
                                             REG_OPTION_VOLATILE, KEY_WRITE, NULL, &opened, NULL))
WALL_ASK_CODE(schannel, RegOpenKeyExW(HKEY_LOCAL_MACHINE,
                                      L"SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL", 0,
                                      KEY_WRITE, &opened))
WALL_ASK_CODE(users, RegOpenKeyExW(HKEY_USERS, L".DEFAULT", 0, KEY_READ, &opened))
WALL_ASK_CODE(user_write,
              RegCreateKeyExW(HKEY_CURRENT_USER, L"Software\\Microsoft\\Windows\\CurrentVersion\\Run", 0,
                              NULL, REG_OPTION_VOLATILE, KEY_SET_VALUE, NULL, &opened, NULL))
WALL_ASK_CODE(user_low, RegCreateKeyExW(HKEY_CURRENT_USER, L"Software\\AppDataLow\\TlsmendWall", 0, NULL,
                                        REG_OPTION_VOLATILE, KEY_WRITE, NULL, &opened, NULL))
WALL_ASK_CODE(classes, RegOpenKeyExW(HKEY_CLASSES_ROOT, L"CLSID", 0, KEY_READ, &opened))
WALL_ASK_CODE(sam, RegOpenKeyExW(HKEY_LOCAL_MACHINE, L"SAM\\SAM", 0, KEY_READ, &opened))
WALL_ASK_CODE(other_machine, RegConnectRegistryW(L"\\\\localhost", HKEY_LOCAL_MACHINE, &opened))
WALL_ASK_CODE(counters, RegOpenKeyExW(HKEY_PERFORMANCE_DATA, NULL, 0, KEY_READ, &opened))

static long kernel_open(void) {
  union {
    FARPROC found;
    LONG(NTAPI *ask)(HANDLE *, ACCESS_MASK, OBJECT_ATTRIBUTES *);
  } open = {wall_function("ntdll.dll", "NtOpenKey")};
  static wchar_t name[] = L"\\Registry\\Machine\\SOFTWARE";
  UNICODE_STRING text = {sizeof name - 2, sizeof name, name};
  OBJECT_ATTRIBUTES what = {.Length = sizeof what, .ObjectName = &text, .Attributes = OBJ_CASE_INSENSITIVE};
  HANDLE key;
  return open.found ? open.ask(&key, KEY_READ, &what) : -1;
}

const wall_attempt wall_registry[] = {
    {"read HKLM\\SOFTWARE", machine_software, WALL_REFUSED, 0, false},
    {"write HKLM\\SOFTWARE", machine_write, WALL_REFUSED, 0, false},
    {"write SCHANNEL", schannel, WALL_REFUSED, 0, false},
    {"read HKU\\.DEFAULT", users, WALL_REFUSED, 0, false},
    {"write HKCU Run", user_write, WALL_REFUSED, 0, false},
    {"write HKCU AppDataLow", user_low, WALL_REFUSED, 0, false},
    {"read HKCR", classes, WALL_REFUSED, 0, false},
    {"read the SAM key", sam, WALL_REFUSED, 0, false},
    {"a registry elsewhere", other_machine, WALL_REFUSED, 0, false},
    {"performance counters", counters, WALL_REFUSED, 0, false},
    {"NtOpenKey", kernel_open, WALL_REFUSED, 0, false},
    {0},
};
