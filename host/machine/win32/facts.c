/*
 * What the running Windows says of itself: version, architecture, file versions, when it was started. Numbers come from
 * RtlGetVersion, which no manifest and no compatibility mode bends; names come from the registry.
 */
#include "base/error.h"
#include "machine/win32/win32.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <winternl.h>

#include "machine/facts.h"
#include "os/win32/library.h"
#include "os/os.h"
#include "os/win32/wide.h"

static WORD native_machine(void) {
  typedef BOOL(WINAPI * wow64_fn)(HANDLE, USHORT *, USHORT *);
  wow64_fn wow64;
  USHORT process = 0, native = 0;
  if (library_function(L"kernel32.dll", "IsWow64Process2", &wow64, sizeof wow64) &&
      wow64(GetCurrentProcess(), &process, &native))
    return native;
  SYSTEM_INFO info;
  GetNativeSystemInfo(&info);
  switch (info.wProcessorArchitecture) {
  case PROCESSOR_ARCHITECTURE_AMD64:
    return IMAGE_FILE_MACHINE_AMD64;
  case PROCESSOR_ARCHITECTURE_IA64:
    return IMAGE_FILE_MACHINE_IA64;
  case PROCESSOR_ARCHITECTURE_INTEL:
    return IMAGE_FILE_MACHINE_I386;
  default:
    return IMAGE_FILE_MACHINE_UNKNOWN;
  }
}

void facts_layout(win32_machine *self) { self->wide_system = wide_redirected() || sizeof(void *) == 8; }

static const char *architecture_name(void) {
  switch (native_machine()) {
  case IMAGE_FILE_MACHINE_AMD64:
    return "x64";
  case IMAGE_FILE_MACHINE_I386:
    return "x86";
  case IMAGE_FILE_MACHINE_IA64:
    return "ia64";
  case 0xaa64: /* IMAGE_FILE_MACHINE_ARM64, missing in older headers */
    return "arm64";
  default:
    return "";
  }
}

int facts_system(tlsmend_machine *machine, tlsmend_system *out, tlsmend_error *error) {
  typedef NTSTATUS(NTAPI * version_fn)(OSVERSIONINFOEXW *);
  *out = (tlsmend_system){.revision = -1};
  if (facts_derive(machine, out, NULL) != TLSMEND_OK)
    *out = (tlsmend_system){.revision = -1};
  version_fn version;
  OSVERSIONINFOEXW info = {.dwOSVersionInfoSize = sizeof info};
  if (!library_function(L"ntdll.dll", "RtlGetVersion", &version, sizeof version) || version(&info) != 0)
    return tlsmend_error_set(error, TLSMEND_E_UNKNOWN, "Windows does not tell its version (RtlGetVersion)");
  out->major = info.dwMajorVersion;
  out->minor = info.dwMinorVersion;
  out->build = info.dwBuildNumber;
  out->service_pack = info.wServicePackMajor;
  out->product_type = info.wProductType;
  snprintf(out->architecture, sizeof out->architecture, "%s", architecture_name());
  return TLSMEND_OK;
}

/* The place of "System32\\winhttp.dll" in a view, as this process reaches it. */
static wchar_t *file_locate(const char *path, int view) {
  wchar_t *wide = wide_from_utf8(path), *found = wide ? wide_system_path(wide, view == 32) : NULL;
  free(wide);
  return found;
}

static bool version_read(const wchar_t *path, uint64_t *out) {
  static const wchar_t library[] = L"version.dll";
  DWORD(WINAPI * size_of)(const wchar_t *, DWORD *);
  BOOL(WINAPI * read)(const wchar_t *, DWORD, DWORD, void *);
  BOOL(WINAPI * query)(const void *, const wchar_t *, void **, UINT *);
  if (!library_function(library, "GetFileVersionInfoSizeW", &size_of, sizeof size_of) ||
      !library_function(library, "GetFileVersionInfoW", &read, sizeof read) ||
      !library_function(library, "VerQueryValueW", &query, sizeof query))
    return false;
  DWORD ignored, size = size_of(path, &ignored);
  void *block = size ? malloc(size) : NULL;
  VS_FIXEDFILEINFO *fixed = NULL;
  UINT length = 0;
  bool found = block && read(path, 0, size, block) && query(block, L"\\", (void **)&fixed, &length) &&
               length >= sizeof *fixed;
  if (found)
    *out = ((uint64_t)fixed->dwFileVersionMS << 32) | fixed->dwFileVersionLS;
  free(block);
  return found;
}

int facts_file_version(tlsmend_machine *machine, const char *path, int view, uint64_t *out,
                       tlsmend_error *error) {
  (void)machine;
  *out = 0;
  wchar_t *place = file_locate(path, view);
  if (!place)
    return error_no_memory(error);
  int result = TLSMEND_OK;
  if (GetFileAttributesW(place) == INVALID_FILE_ATTRIBUTES) {
    DWORD number = GetLastError();
    bool gone = number == ERROR_FILE_NOT_FOUND || number == ERROR_PATH_NOT_FOUND;
    result = tlsmend_error_set(error, gone ? TLSMEND_E_ABSENT : TLSMEND_E_UNKNOWN, "%s %s (%d-bit view)",
                               gone ? "there is no file" : "cannot look at", path, view);
  } else if (!version_read(place, out)) {
    result =
        tlsmend_error_set(error, TLSMEND_E_UNKNOWN, "%s (%d-bit view) does not tell its version", path, view);
  }
  free(place);
  return result;
}

int facts_boot_id(tlsmend_machine *machine, char out[64], tlsmend_error *error) {
  int64_t seconds;
  (void)machine;
  if (os_boot_clock(&seconds, out))
    return TLSMEND_OK;
  return tlsmend_error_set(error, TLSMEND_E_UNKNOWN, "Windows does not tell when it was started");
}

bool facts_network_logon(void) {
  BYTE sid[SECURITY_MAX_SID_SIZE];
  DWORD size = sizeof sid;
  BOOL member = FALSE;
  return CreateWellKnownSid(WinNetworkSid, NULL, sid, &size) && CheckTokenMembership(NULL, sid, &member) &&
         member;
}
