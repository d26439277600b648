/*
 * What an .msu contains. Takes the inner cabinets out of it and nothing else, by their last names only, with the function that
 * Windows' own installers use; an .msu that is no cabinet (those of late Windows 11) is an error with its number.
 */
#include "base/error.h"
#include "machine/win32/win32.h"

#include <setupapi.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "os/win32/library.h"
#include "os/win32/wide.h"

typedef struct extraction {
  const wchar_t *folder;
  bool too_long;
} extraction;

/* "a\b\c.cab" is written as "c.cab": no name of a package leads out of the folder. */
static const wchar_t *last_name(const wchar_t *name) {
  const wchar_t *last = name;
  for (; *name; name++)
    if (*name == L'\\' || *name == L'/' || *name == L':')
      last = name + 1;
  return last;
}

static UINT file_found(extraction *self, FILE_IN_CABINET_INFO_W *file) {
  const wchar_t *name = last_name(file->NameInCabinet);
  size_t length = wcslen(name);
  if (length < 5 || _wcsicmp(name + length - 4, L".cab") != 0)
    return FILEOP_SKIP;
  if (wcslen(self->folder) + 1 + length >= MAX_PATH) {
    self->too_long = true;
    return FILEOP_ABORT;
  }
  wcscpy(file->FullTargetName, self->folder);
  wcscat(wcscat(file->FullTargetName, L"\\"), name);
  return FILEOP_DOIT;
}

static UINT CALLBACK notify(PVOID context, UINT what, UINT_PTR first, UINT_PTR second) {
  (void)second;
  switch (what) {
  case SPFILENOTIFY_FILEINCABINET:
    return file_found(context, (FILE_IN_CABINET_INFO_W *)first);
  case SPFILENOTIFY_FILEEXTRACTED:
    return ((FILEPATHS_W *)first)->Win32Error;
  case SPFILENOTIFY_NEEDNEWCABINET:
    return ERROR_FILE_NOT_FOUND; /* updates are not spread over several files */
  default:
    return NO_ERROR;
  }
}

int cabinet_expand(const char *package, const char *folder, tlsmend_error *error) {
  typedef BOOL(WINAPI * iterate_fn)(PCWSTR, DWORD, PSP_FILE_CALLBACK_W, PVOID);
  wchar_t *from = wide_from_utf8(package), *to = wide_from_utf8(folder);
  iterate_fn iterate;
  library_function(L"setupapi.dll", "SetupIterateCabinetW", &iterate, sizeof iterate);
  int result = TLSMEND_OK;
  extraction state = {to, false};
  if (!from || !to)
    result = error_no_memory(error);
  else if (!iterate)
    result = tlsmend_error_set(error, TLSMEND_E_UNSUPPORTED, "this Windows cannot unpack %s", package);
  else if (!iterate(from, 0, notify, &state))
    result = state.too_long ? tlsmend_error_set(error, TLSMEND_E_IO,
                                                "cannot unpack %s: %s is too long a path", package, folder)
                            : wide_fail(error, GetLastError(), "unpack", package);
  free(from);
  free(to);
  return result;
}
