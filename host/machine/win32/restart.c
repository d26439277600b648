/* Asking Windows for a restart. Windows does it half a minute later; the process ends long before. */
#include "machine/win32/win32.h"
#include "machine/update/cbs.h"

#include <stdlib.h>

#include "os/win32/wide.h"

/* Planned, operating system: hotfix after an update, reconfiguration otherwise. Never 0, which is logged as unexpected. */
static const DWORD reason_hotfix = 0x80020011, reason_reconfiguration = 0x80020004;

enum { GRACE_SECONDS = 30, SHUTDOWN_IS_SCHEDULED = 1190 /* missing in older headers */ };

static BOOL privilege_enable(const wchar_t *name) {
  HANDLE token;
  if (!OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES | TOKEN_QUERY, &token))
    return FALSE;
  TOKEN_PRIVILEGES privileges = {.PrivilegeCount = 1};
  privileges.Privileges[0].Attributes = SE_PRIVILEGE_ENABLED;
  BOOL done = LookupPrivilegeValueW(NULL, name, &privileges.Privileges[0].Luid) &&
              AdjustTokenPrivileges(token, FALSE, &privileges, 0, NULL, NULL) &&
              GetLastError() == ERROR_SUCCESS;
  CloseHandle(token);
  return done;
}

/* Whether servicing is what waits for the restart. */
static bool servicing_waits(win32_machine *self) {
  tlsmend_key key = {CBS_REBOOT_PENDING, 64};
  bool waits = false;
  return registry_key_exists(&self->base, &key, &waits, NULL) == TLSMEND_OK && waits;
}

int restart_apply(win32_machine *self, const tlsmend_change *change, tlsmend_outcome *outcome,
                  tlsmend_error *error) {
  (void)change;
  wchar_t message[] =
      L"tlsmend restarts this computer to complete changes to its TLS settings. It goes on by itself after "
      L"the restart. \"shutdown /a\" stops the restart.";
  privilege_enable(SE_SHUTDOWN_NAME); /* if it cannot be had, the next call says so */
  DWORD reason = servicing_waits(self) ? reason_hotfix : reason_reconfiguration;
  if (!InitiateSystemShutdownExW(NULL, message, GRACE_SECONDS, TRUE, TRUE, reason)) {
    DWORD number = GetLastError();
    if (number != ERROR_SHUTDOWN_IN_PROGRESS && number != SHUTDOWN_IS_SCHEDULED)
      return wide_fail(error, number, "restart", "this computer");
  }
  outcome->restart = true;
  return TLSMEND_OK;
}
