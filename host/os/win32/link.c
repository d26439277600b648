/* What is another name for something. Contract: os/win32/wide.h. */
#include <windows.h>

#include "os/win32/wide.h"

/* Of what has a reparse point. */
static bool leads_on(HANDLE handle) {
  FILE_ATTRIBUTE_TAG_INFO info = {0, 0};
  return !GetFileInformationByHandleEx(handle, FileAttributeTagInfo, &info, sizeof info) ||
         info.ReparseTag == 0 || IsReparseTagNameSurrogate(info.ReparseTag);
}

bool wide_is_link(void *handle) {
  BY_HANDLE_FILE_INFORMATION found;
  if (GetFileInformationByHandle(handle, &found) && !(found.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT))
    return false;
  return leads_on(handle);
}

bool wide_is_named_link(void *handle, const wchar_t *name) {
  DWORD attributes = GetFileAttributesW(name);
  return attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_REPARSE_POINT) &&
         leads_on(handle);
}
