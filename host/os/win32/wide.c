/*
 * Text, paths and error numbers between UTF-8 and Windows. Contract: os/win32/wide.h. The conversion itself is
 * base/unicode's, so that names with lone surrogates, which the registry allows, survive both ways.
 */
#include "os/win32/wide.h"

#include <windows.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include <tlsmend/tlsmend.h>

#include "base/error.h"
#include "base/unicode.h"

/* From this length on a path gets the long prefix: CreateDirectoryW stops 12 characters before MAX_PATH. */
enum { PATH_LONG = 240 };

wchar_t *wide_from_utf8(const char *text) {
  wchar_t *wide = malloc((strlen(text) + 1) * sizeof *wide); /* never more units than bytes */
  if (!wide)
    return NULL;
  size_t length = 0;
  while (*text) {
    uint32_t point = unicode_next(&text);
    if (point >= 0x10000) {
      wide[length++] = (wchar_t)(0xd800 + ((point - 0x10000) >> 10));
      point = 0xdc00 + ((point - 0x10000) & 0x3ff);
    }
    wide[length++] = (wchar_t)point;
  }
  wide[length] = L'\0';
  return wide;
}

char *wide_to_utf8(const wchar_t *text, size_t length) {
  size_t bytes;
  return unicode_from_utf16((const unsigned char *)text, length * sizeof *text, &bytes);
}

/* The absolute spelling behind the prefix that switches parsing off; replaces *path. */
static int lengthen(wchar_t **path, const char *label, tlsmend_error *error) {
  DWORD room = GetFullPathNameW(*path, 0, NULL, NULL);
  wchar_t *full = malloc(((size_t)room + 8) * sizeof *full);
  if (!full)
    return error_no_memory(error);
  wchar_t *at = full + 8;
  DWORD length = room ? GetFullPathNameW(*path, room, at, NULL) : 0;
  if (length == 0 || length >= room) {
    free(full);
    return wide_fail(error, GetLastError(), "resolve", label);
  }
  bool share = at[0] == L'\\' && at[1] == L'\\';
  const wchar_t *prefix = share ? L"\\\\?\\UNC\\" : L"\\\\?\\";
  if (share)
    at += 2, length -= 2;
  size_t prefix_length = wcslen(prefix);
  memmove(full + prefix_length, at, (length + 1) * sizeof *at);
  memcpy(full, prefix, prefix_length * sizeof *prefix);
  free(*path);
  *path = full;
  return TLSMEND_OK;
}

int wide_path(const char *path, wchar_t **out, tlsmend_error *error) {
  *out = NULL;
  wchar_t *wide = wide_from_utf8(path);
  if (!wide)
    return error_no_memory(error);
  for (wchar_t *c = wide; *c; c++)
    if (*c == L'/')
      *c = L'\\';
  if (wcslen(wide) >= PATH_LONG && wcsncmp(wide, L"\\\\?\\", 4) != 0) {
    int result = lengthen(&wide, path, error);
    if (result != TLSMEND_OK) {
      free(wide);
      return result;
    }
  }
  *out = wide;
  return TLSMEND_OK;
}

bool wide_redirected(void) {
  BOOL wow64 = FALSE;
  return IsWow64Process(GetCurrentProcess(), &wow64) && wow64;
}

static const wchar_t *folder_of_view(bool narrow) {
  bool redirected = wide_redirected();
  if (narrow && (redirected || sizeof(void *) == 8))
    return L"SysWOW64";
  return redirected ? L"Sysnative" : L"System32";
}

wchar_t *wide_system_path(const wchar_t *name, bool narrow) {
  wchar_t windows[MAX_PATH];
  UINT length = GetSystemWindowsDirectoryW(windows, MAX_PATH);
  bool below = _wcsnicmp(name, L"System32\\", 9) == 0;
  const wchar_t *folder = below ? folder_of_view(narrow) : L".", *rest = below ? name + 9 : name;
  if (length == 0 || length >= MAX_PATH)
    return NULL;
  size_t room = length + wcslen(folder) + wcslen(rest) + 3;
  wchar_t *path = malloc(room * sizeof *path);
  if (path)
    swprintf(path, room, L"%ls\\%ls\\%ls", windows, folder, rest);
  return path;
}

int wide_code(unsigned long number) {
  switch (number) {
  case ERROR_FILE_NOT_FOUND:
  case ERROR_PATH_NOT_FOUND:
  case ERROR_BAD_NETPATH:
  case ERROR_BAD_NET_NAME:
    return TLSMEND_E_ABSENT;
  case ERROR_ACCESS_DENIED:
  case ERROR_WRITE_PROTECT:
  case ERROR_PRIVILEGE_NOT_HELD:
  case 740: /* ERROR_ELEVATION_REQUIRED, missing in older headers */
  case ERROR_INVALID_OWNER:
    return TLSMEND_E_DENIED;
  case ERROR_SHARING_VIOLATION:
  case ERROR_LOCK_VIOLATION:
    return TLSMEND_E_BUSY;
  case ERROR_NOT_ENOUGH_MEMORY:
  case ERROR_OUTOFMEMORY:
    return TLSMEND_E_MEMORY;
  default:
    return TLSMEND_E_IO;
  }
}

void wide_reason(unsigned long number, char *out, size_t size) {
  wchar_t text[400];
  DWORD length = FormatMessageW(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL, number, 0,
                                text, sizeof text / sizeof *text, NULL);
  while (length > 0 && (text[length - 1] <= L' ' || text[length - 1] == L'.'))
    length--;
  char *utf8 = wide_to_utf8(text, length);
  if (utf8 && *utf8)
    snprintf(out, size, "%s (%lu)", utf8, number);
  else
    snprintf(out, size, "Windows error %lu", number);
  free(utf8);
}

int wide_fail(tlsmend_error *error, unsigned long number, const char *verb, const char *what) {
  char reason[512];
  wide_reason(number, reason, sizeof reason);
  return tlsmend_error_set(error, wide_code(number), "cannot %s %s: %s", verb, what, reason);
}

/* Backslashes count only in front of a quote; doubling those is what the reader undoes. */
wchar_t *wide_quote(wchar_t *at, const wchar_t *argument) {
  bool quoted = !*argument || wcspbrk(argument, L" \t\"");
  if (quoted)
    *at++ = L'"';
  for (const wchar_t *c = argument;; c++) {
    size_t slashes = wcsspn(c, L"\\");
    c += slashes;
    bool doubled = *c == L'"' || (!*c && quoted);
    for (size_t i = 0; i < (doubled ? slashes * 2 : slashes); i++)
      *at++ = L'\\';
    if (*c == L'"')
      *at++ = L'\\';
    if (!*c)
      break;
    *at++ = *c;
  }
  if (quoted)
    *at++ = L'"';
  *at = L'\0';
  return at;
}

unsigned long wide_attributes(const char *path) {
  wchar_t *wide;
  if (wide_path(path, &wide, NULL) != TLSMEND_OK)
    return INVALID_FILE_ATTRIBUTES;
  DWORD attributes = GetFileAttributesW(wide);
  free(wide);
  return attributes;
}
