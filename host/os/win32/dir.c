/*
 * Folders on Windows: making them so that only administrators and SYSTEM get in, telling whether one is like
 * that, listing. Contract: os/os.h and os/win32/wide.h. ProgramData lets every user create folders, so a state
 * folder that is there already is only used if nobody else can have put something into it.
 */
#include "base/error.h"
#include "os/os.h"

#include <windows.h>

#include <aclapi.h>
#include <sddl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tlsmend/tlsmend.h>

#include "base/unicode.h"
#include "os/system.h"
#include "os/win32/wide.h"

/* The user of this process; LocalFree'd by nobody: the answer is malloc'd. NULL if it cannot be told. */
static TOKEN_USER *caller(void) {
  HANDLE token;
  if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
    return NULL;
  DWORD size = 0;
  GetTokenInformation(token, TokenUser, NULL, 0, &size);
  TOKEN_USER *user = size ? malloc(size) : NULL;
  if (user && !GetTokenInformation(token, TokenUser, user, size, &size)) {
    free(user);
    user = NULL;
  }
  CloseHandle(token);
  return user;
}

static BOOL caller_is_administrator(void) {
  BYTE sid[SECURITY_MAX_SID_SIZE];
  DWORD size = sizeof sid;
  BOOL member = FALSE;
  return CreateWellKnownSid(WinBuiltinAdministratorsSid, NULL, sid, &size) &&
         CheckTokenMembership(NULL, sid, &member) && member;
}

/* Administrators, SYSTEM, the servicing account, and the caller himself. */
static bool trusted(PSID sid, const TOKEN_USER *self) {
  if (IsWellKnownSid(sid, WinBuiltinAdministratorsSid) || IsWellKnownSid(sid, WinLocalSystemSid))
    return true;
  if (self && EqualSid(sid, self->User.Sid))
    return true;
  wchar_t *text = NULL;
  bool installer = ConvertSidToStringSidW(sid, &text) &&
                   wcscmp(text, L"S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464") == 0;
  LocalFree(text);
  return installer;
}

static const DWORD write_rights = FILE_ADD_FILE | FILE_ADD_SUBDIRECTORY | FILE_DELETE_CHILD |
                                  FILE_WRITE_ATTRIBUTES | FILE_WRITE_EA | DELETE | WRITE_DAC | WRITE_OWNER |
                                  GENERIC_WRITE | GENERIC_ALL;

/* What takes a thing out of a folder and puts another into its place. ProgramData lets users add to it, which is no harm. */
static const DWORD replace_rights = FILE_DELETE_CHILD | DELETE | WRITE_DAC | WRITE_OWNER | GENERIC_ALL;

/* Whether the list gives somebody else one of the rights. An absent list gives everybody all. */
static bool others_have(PACL list, DWORD rights, const TOKEN_USER *self) {
  if (!list)
    return true;
  for (DWORD i = 0; i < list->AceCount; i++) {
    void *entry;
    if (!GetAce(list, i, &entry))
      return true;
    ACE_HEADER *head = entry;
    if (head->AceType == ACCESS_DENIED_ACE_TYPE || (head->AceFlags & INHERIT_ONLY_ACE))
      continue;
    if (head->AceType != ACCESS_ALLOWED_ACE_TYPE)
      return true; /* kinds we do not read are kinds we do not trust */
    ACCESS_ALLOWED_ACE *allowed = entry;
    if ((allowed->Mask & rights) && !trusted(&allowed->SidStart, self))
      return true;
  }
  return false;
}

/* What is wrong with a thing of this owner and these rights; NULL if nobody else can change it. */
static const char *wrong_of(PSID owner, PACL list, DWORD rights) {
  TOKEN_USER *self = caller();
  const char *wrong = NULL;
  if (!owner || !trusted(owner, self))
    wrong = "does not belong to Administrators: somebody else made it. Look into it, remove it, "
            "and try again";
  else if (others_have(list, rights, self))
    wrong = "can be written by others than Administrators and SYSTEM: correct its permissions or "
            "remove it, and try again";
  free(self);
  return wrong;
}

static int check_private(const char *path, DWORD rights, tlsmend_error *error) {
  wchar_t *wide;
  int result = wide_path(path, &wide, error);
  if (result != TLSMEND_OK)
    return result;
  PSECURITY_DESCRIPTOR descriptor = NULL;
  PSID owner = NULL;
  PACL list = NULL;
  const char *wrong;
  DWORD attributes = GetFileAttributesW(wide);
  DWORD number =
      GetNamedSecurityInfoW(wide, SE_FILE_OBJECT, OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION,
                            &owner, NULL, &list, NULL, &descriptor);
  if (number != ERROR_SUCCESS)
    result = wide_fail(error, number, "read the permissions of", path);
  else if (attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_REPARSE_POINT))
    result = tlsmend_error_set(error, TLSMEND_E_REFUSED,
                               "%s is a link to somewhere else: remove it and try again", path);
  else if ((wrong = wrong_of(owner, list, rights)))
    result = tlsmend_error_set(error, TLSMEND_E_REFUSED, "%s %s", path, wrong);
  LocalFree(descriptor);
  free(wide);
  return result;
}

int wide_check_own(void *handle, bool folder, const char *path, tlsmend_error *error) {
  PSECURITY_DESCRIPTOR descriptor = NULL;
  PSID owner = NULL;
  PACL list = NULL;
  BY_HANDLE_FILE_INFORMATION found;
  DWORD number =
      GetSecurityInfo(handle, SE_FILE_OBJECT, OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION, &owner,
                      NULL, &list, NULL, &descriptor);
  const char *wrong = NULL;
  if (number == ERROR_SUCCESS && !GetFileInformationByHandle(handle, &found))
    number = GetLastError();
  else if (number == ERROR_SUCCESS && wide_is_link(handle))
    wrong = "is a link to somewhere else: remove it and try again";
  else if (number == ERROR_SUCCESS && !folder && found.nNumberOfLinks > 1)
    wrong = "has a second name (a hard link), which would be written with it: look into it, then copy it and "
            "put the copy there";
  else if (number == ERROR_SUCCESS)
    wrong = wrong_of(owner, list, folder ? write_rights : write_rights & ~(DWORD)FILE_DELETE_CHILD);
  LocalFree(descriptor);
  if (number != ERROR_SUCCESS)
    return wide_fail(error, number, "read the permissions of", path);
  return wrong ? tlsmend_error_set(error, TLSMEND_E_REFUSED, "%s %s", path, wrong) : TLSMEND_OK;
}

int wide_dir_private(const char *path, tlsmend_error *error) {
  return check_private(path, write_rights, error);
}

static bool separator(char c) { return c == '\\' || c == '/'; }

int os_path_guarded(const char *path, tlsmend_error *error) {
  char *at = os_path_absolute(path);
  int result = at ? check_private(at, write_rights, error) : error_no_memory(error);
  for (size_t i = at ? strlen(at) : 0; result == TLSMEND_OK && i-- > 3;) { /* up to "C:\" */
    if (!separator(at[i]))
      continue;
    at[i] = 0;
    if (!separator(at[i - 1]))
      result = check_private(at, replace_rights, error);
  }
  if (result == TLSMEND_OK && at[1] == ':') {
    memcpy(at + 2, "\\", 2);
    result = check_private(at, replace_rights, error);
  }
  free(at);
  return result;
}

/* Full access for administrators and SYSTEM, nothing inherited from above; for a caller who is no
 * administrator, who then works on snapshots and not on the machine, for himself too. LocalFree'd by the
 * caller. */
static PSECURITY_DESCRIPTOR private_descriptor(void) {
  wchar_t text[256] = L"O:BAD:PAI(A;OICI;FA;;;BA)(A;OICI;FA;;;SY)";
  if (!caller_is_administrator()) {
    TOKEN_USER *self = caller();
    wchar_t *sid = NULL;
    if (self && ConvertSidToStringSidW(self->User.Sid, &sid) && wcslen(sid) < 190)
      swprintf(text, sizeof text / sizeof *text, L"D:PAI(A;OICI;FA;;;BA)(A;OICI;FA;;;SY)(A;OICI;FA;;;%ls)",
               sid);
    LocalFree(sid);
    free(self);
  }
  PSECURITY_DESCRIPTOR descriptor = NULL;
  if (!ConvertStringSecurityDescriptorToSecurityDescriptorW(text, SDDL_REVISION_1, &descriptor, NULL))
    return NULL;
  return descriptor;
}

bool os_dir_exists(const char *path) {
  DWORD attributes = wide_attributes(path);
  return attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY);
}

static int dir_make_one(const char *path, SECURITY_ATTRIBUTES *security, tlsmend_error *error) {
  wchar_t *wide;
  int result = wide_path(path, &wide, error);
  if (result != TLSMEND_OK)
    return result;
  if (!CreateDirectoryW(wide, security)) {
    DWORD number = GetLastError();
    if (!os_dir_exists(path)) /* whatever it said: a drive's root answers access denied */
      result = wide_fail(error, number, "make folder", path);
  }
  free(wide);
  return result;
}

/* Where the names begin that may have to be made: behind "C:\", "\\server\share\" or "\\?\C:\". */
static char *first_name(char *path) {
  char *at = path;
  bool share = separator(at[0]) && separator(at[1]);
  if (!share && at[0] && at[1] == ':')
    at += 2;
  for (int names = share ? 2 : 0; names > 0; names--) {
    while (separator(*at))
      at++;
    while (*at && !separator(*at))
      at++;
  }
  while (separator(*at))
    at++;
  return at;
}

int os_dir_make_plain(const char *path, tlsmend_error *error) {
  return os_dir_exists(path) ? TLSMEND_OK : dir_make_one(path, NULL, error);
}

int os_dir_make(const char *path, tlsmend_error *error) {
  if (os_dir_exists(path)) {
    char *machine = os_state_default();
    int result = machine && unicode_name_equal(machine, path) ? wide_dir_private(path, error) : TLSMEND_OK;
    free(machine);
    return result;
  }
  char *copy = _strdup(path);
  SECURITY_ATTRIBUTES security = {sizeof security, private_descriptor(), FALSE};
  int result = TLSMEND_OK;
  if (!copy || !security.lpSecurityDescriptor) {
    result = error_no_memory(error);
    goto out;
  }
  for (char *at = first_name(copy); result == TLSMEND_OK && *at; at++) {
    if (!separator(*at))
      continue;
    char found = *at;
    *at = '\0';
    result = dir_make_one(copy, &security, error);
    *at = found;
  }
  if (result == TLSMEND_OK && !os_dir_exists(copy))
    result = dir_make_one(copy, &security, error);
out:
  LocalFree(security.lpSecurityDescriptor);
  free(copy);
  return result;
}

int system_dir_names(const char *path, name_list *out, tlsmend_error *error) {
  char *pattern = os_path_join(path, "*");
  wchar_t *wide = NULL;
  int code = pattern ? wide_path(pattern, &wide, error) : error_no_memory(error);
  free(pattern);
  if (code != TLSMEND_OK)
    return code;
  WIN32_FIND_DATAW found;
  HANDLE search = FindFirstFileW(wide, &found);
  free(wide);
  if (search == INVALID_HANDLE_VALUE) {
    DWORD number = GetLastError();
    bool empty_root = number == ERROR_FILE_NOT_FOUND && os_dir_exists(path);
    return empty_root ? TLSMEND_OK : wide_fail(error, number, "list", path);
  }
  do
    if (wcscmp(found.cFileName, L".") != 0 && wcscmp(found.cFileName, L"..") != 0 &&
        !name_list_take(out, wide_to_utf8(found.cFileName, wcslen(found.cFileName))))
      code = error_no_memory(error);
  while (code == TLSMEND_OK && FindNextFileW(search, &found));
  DWORD number = GetLastError();
  FindClose(search);
  if (code == TLSMEND_OK && number != ERROR_NO_MORE_FILES)
    code = wide_fail(error, number, "list", path);
  return code;
}
