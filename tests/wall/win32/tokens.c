/* Rights: privileges, other tokens, its own wall. */
#include "wall/win32/win32.h"

static HANDLE token;

static long own_token(DWORD access) {
  return OpenProcessToken(GetCurrentProcess(), access, &token) ? WALL_THROUGH : wall_error();
}

/* ERROR_NOT_ALL_ASSIGNED is how a privilege that is not there is refused. */
static long privilege(const wchar_t *name) {
  TOKEN_PRIVILEGES wanted = {.PrivilegeCount = 1};
  long code = own_token(TOKEN_ADJUST_PRIVILEGES);
  if (code != WALL_THROUGH)
    return code;
  wanted.Privileges[0].Attributes = SE_PRIVILEGE_ENABLED;
  if (!LookupPrivilegeValueW(NULL, name, &wanted.Privileges[0].Luid) ||
      !AdjustTokenPrivileges(token, FALSE, &wanted, 0, NULL, NULL))
    return wall_error();
  return (long)GetLastError();
}

WALL_ASK_CODE(debug, privilege(L"SeDebugPrivilege"))
WALL_ASK_CODE(restore, privilege(L"SeRestorePrivilege"))
WALL_ASK_CODE(backup, privilege(L"SeBackupPrivilege"))
WALL_ASK_CODE(driver, privilege(L"SeLoadDriverPrivilege"))
WALL_ASK_CODE(owner, privilege(L"SeTakeOwnershipPrivilege"))
WALL_ASK_CODE(shutdown_right, privilege(L"SeShutdownPrivilege"))
WALL_ASK_CODE(impersonate, privilege(L"SeImpersonatePrivilege"))

static long parent_token(void) {
  HANDLE process = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, wall_parent);
  return process && OpenProcessToken(process, TOKEN_DUPLICATE, &token) ? WALL_THROUGH : wall_error();
}

/* Back to a token with more rights than the process's own: there must be none. */
static long reverted(void) {
  HKEY key;
  RevertToSelf();
  SetThreadToken(NULL, NULL);
  return RegOpenKeyExW(HKEY_LOCAL_MACHINE, L"SOFTWARE", 0, KEY_READ, &key);
}

/* S-1-16-12288: high. */
static long integrity(void) {
  struct {
    BYTE revision, count, authority[6];
    DWORD level;
  } high = {1, 1, {0, 0, 0, 0, 0, 16}, 12288};
  struct {
    void *sid;
    DWORD attributes;
  } label = {&high, 0x20};
  long code = own_token(TOKEN_ADJUST_DEFAULT);
  if (code != WALL_THROUGH)
    return code;
  return SetTokenInformation(token, (TOKEN_INFORMATION_CLASS)25, &label, sizeof label + sizeof high)
             ? WALL_THROUGH
             : wall_error();
}

static long logon(void) {
  return LogonUserW(L"Guest", L".", L"", LOGON32_LOGON_NETWORK, LOGON32_PROVIDER_DEFAULT, &token)
             ? WALL_THROUGH
             : wall_error();
}

static long restricted(void) {
  long code = own_token(TOKEN_QUERY);
  return code != WALL_THROUGH ? code : IsTokenRestricted(token) ? ERROR_ACCESS_DENIED : WALL_THROUGH;
}

const wall_attempt wall_tokens[] = {
    {"SeDebugPrivilege", debug, WALL_REFUSED, 0, true},
    {"SeRestorePrivilege", restore, WALL_REFUSED, 0, true},
    {"SeBackupPrivilege", backup, WALL_REFUSED, 0, true},
    {"SeLoadDriverPrivilege", driver, WALL_REFUSED, 0, true},
    {"SeTakeOwnershipPrivilege", owner, WALL_REFUSED, 0, true},
    {"SeShutdownPrivilege", shutdown_right, WALL_REFUSED, 0, true},
    {"SeImpersonatePrivilege", impersonate, WALL_REFUSED, 0, true},
    {"a token without restrictions", restricted, WALL_REFUSED, 0, true},
    {"the parent's token", parent_token, WALL_REFUSED, 0, false},
    {"RevertToSelf", reverted, WALL_REFUSED, 0, false},
    {"high integrity", integrity, WALL_REFUSED, 0, true},
    {"LogonUser", logon, WALL_REFUSED, 0, false},
    {0},
};
