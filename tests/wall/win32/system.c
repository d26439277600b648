/* The services of Windows, its clocks, logs and ends. */
#include "wall/win32/win32.h"

#include <ntsecapi.h>
#include <wincrypt.h>

WALL_ASK(services, OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT))
WALL_ASK(new_service, OpenSCManagerW(NULL, NULL, SC_MANAGER_CREATE_SERVICE))
WALL_ASK(event_log, OpenEventLogW(NULL, L"Application"))
WALL_ASK(event_source, RegisterEventSourceW(NULL, L"TlsmendWall"))

/* In an hour, and taken back at once should it come to that. */
static long shutdown_later(void) {
  if (wall_on_wine())
    return WALL_THROUGH;
  if (!InitiateSystemShutdownExW(NULL, NULL, 3600, FALSE, FALSE, 0))
    return wall_error();
  AbortSystemShutdownW(NULL);
  return WALL_THROUGH;
}

/* The name that it has already. */
static long computer_name(void) {
  wchar_t name[MAX_COMPUTERNAME_LENGTH + 1];
  DWORD size = MAX_COMPUTERNAME_LENGTH + 1;
  return GetComputerNameW(name, &size) && SetComputerNameW(name) ? WALL_THROUGH : wall_error();
}

static long clock_set(void) {
  SYSTEMTIME now;
  GetSystemTime(&now);
  return SetSystemTime(&now) ? WALL_THROUGH : wall_error();
}

static long zone_set(void) {
  TIME_ZONE_INFORMATION zone;
  GetTimeZoneInformation(&zone);
  return SetTimeZoneInformation(&zone) ? WALL_THROUGH : wall_error();
}

static long keys(void) {
  HCRYPTPROV provider;
  return CryptAcquireContextW(&provider, L"TlsmendWall", NULL, PROV_RSA_FULL, CRYPT_NEWKEYSET) ? WALL_THROUGH
                                                                                               : wall_error();
}

static long object(unsigned first, unsigned short second, unsigned short third, const unsigned char *rest) {
  GUID class = {first, second, third, {0}}, unknown = {0, 0, 0, {0xc0, 0, 0, 0, 0, 0, 0, 0x46}};
  void *made = NULL;
  for (int i = 0; i < 8; i++)
    class.Data4[i] = rest[i];
  HRESULT code = CoInitializeEx(NULL, COINIT_MULTITHREADED);
  return FAILED(code) ? code : CoCreateInstance(&class, NULL, CLSCTX_ALL, &unknown, &made);
}

/* Task scheduler, WMI's locator, the shell, background transfers. */
WALL_ASK_CODE(tasks, object(0x0f87369f, 0xa4e5, 0x4cfc,
                            (unsigned char[]){0xbd, 0x3e, 0x73, 0xe6, 0x15, 0x45, 0x72, 0xdd}))
WALL_ASK_CODE(wmi, object(0x4590f811, 0x1d3a, 0x11d0,
                          (unsigned char[]){0x89, 0x1f, 0x00, 0xaa, 0x00, 0x4b, 0x2e, 0x24}))
WALL_ASK_CODE(shell,
              object(0x13709620, 0xc279, 0x11ce, (unsigned char[]){0xa4, 0x9e, 0x44, 0x45, 0x53, 0x54, 0, 0}))
WALL_ASK_CODE(transfers, object(0x4991d34b, 0x80a1, 0x4291,
                                (unsigned char[]){0x83, 0xb6, 0x33, 0x28, 0x36, 0x6b, 0x90, 0x97}))

static long policy(void) {
  LSA_OBJECT_ATTRIBUTES attributes = {0};
  LSA_HANDLE opened;
  return LsaOpenPolicy(NULL, &attributes, POLICY_VIEW_LOCAL_INFORMATION, &opened);
}

/* Asked without the right to, so that nothing is ever loaded or shut down. */
static long kernel(const char *name) {
  union {
    FARPROC found;
    LONG(NTAPI *ask)(void *);
  } function = {wall_function("ntdll.dll", name)};
  return function.found ? function.ask(NULL) : -1;
}

WALL_ASK_CODE(load_driver, kernel("NtLoadDriver"))

const wall_attempt wall_system[] = {
    {"OpenSCManager", services, WALL_REFUSED, 0, false},
    {"OpenSCManager to create", new_service, WALL_REFUSED, 0, false},
    {"read the event log", event_log, WALL_REFUSED, 0, false},
    {"write the event log", event_source, WALL_REFUSED, 0, false},
    {"shut down", shutdown_later, WALL_REFUSED, 0, false},
    {"another computer name", computer_name, WALL_REFUSED, 0, false},
    {"SetSystemTime", clock_set, WALL_REFUSED, 0, false},
    {"SetTimeZoneInformation", zone_set, WALL_REFUSED, 0, false},
    {"keys of its own", keys, WALL_REFUSED, 0, false},
    {"COM tasks", tasks, WALL_REFUSED, 0, false},
    {"COM WMI", wmi, WALL_REFUSED, 0, false},
    {"COM shell", shell, WALL_REFUSED, 0, false},
    {"COM transfers", transfers, WALL_REFUSED, 0, false},
    {"LsaOpenPolicy", policy, WALL_REFUSED, 0, false},
    {"NtLoadDriver", load_driver, WALL_REFUSED, 0, false},
    {0},
};
