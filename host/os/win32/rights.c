/* Who may do what with a file that replaces another: the same as before. */
#include <windows.h>

#include <stdlib.h>

#include "os/win32/wide.h"

/* The descriptor of a file as it stands, its inherited entries as inherited. NULL with the last error set; malloc'd. */
static PSECURITY_DESCRIPTOR descriptor_of(const wchar_t *path, SECURITY_INFORMATION parts) {
  DWORD size = 0;
  GetFileSecurityW(path, parts, NULL, 0, &size);
  PSECURITY_DESCRIPTOR out = size ? malloc(size) : NULL;
  if (!out || GetFileSecurityW(path, parts, out, size, &size))
    return out;
  DWORD number = GetLastError();
  free(out);
  SetLastError(number);
  return NULL;
}

DWORD wide_keep_rights(const wchar_t *from, const wchar_t *to) {
  DWORD attributes = GetFileAttributesW(from);
  if (attributes == INVALID_FILE_ATTRIBUTES)
    return ERROR_SUCCESS; /* there is none to be replaced */
  const SECURITY_INFORMATION owner = OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION,
                             list = DACL_SECURITY_INFORMATION;
  PSECURITY_DESCRIPTOR old = descriptor_of(from, owner | list);
  if (!old)
    return GetLastError();
  SECURITY_DESCRIPTOR_CONTROL control = 0;
  DWORD revision;
  if (GetSecurityDescriptorControl(old, &control, &revision) && (control & SE_DACL_AUTO_INHERITED))
    SetSecurityDescriptorControl(old, SE_DACL_AUTO_INHERIT_REQ, SE_DACL_AUTO_INHERIT_REQ);
  SetFileSecurityW(to, owner, old); /* only who may give files away can; the list is what protects */
  DWORD number = SetFileSecurityW(to, list, old) ? ERROR_SUCCESS : GetLastError();
  free(old);
  if (number == ERROR_SUCCESS && !SetFileAttributesW(to, attributes))
    number = GetLastError();
  return number;
}
