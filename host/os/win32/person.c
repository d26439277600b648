/* Who is at work, and a password typed without being shown, on Windows. Contract: os/os.h. */
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tlsmend/tlsmend.h>

#include "os/os.h"
#include "os/win32/wide.h"

/* Copies a wide text of `length` units as far as it fits whole; "" otherwise. */
static void put(char out[128], const wchar_t *text, size_t length) {
  char *utf8 = wide_to_utf8(text, length);
  out[0] = '\0';
  if (utf8 && strlen(utf8) < 128)
    memcpy(out, utf8, strlen(utf8) + 1);
  free(utf8);
}

void os_person(char user[128], char host[128]) {
  wchar_t text[128];
  DWORD size = 128;
  user[0] = host[0] = '\0';
  if (GetUserNameW(text, &size) && size > 0)
    put(user, text, size - 1);
  size = 128;
  if (GetComputerNameW(text, &size))
    put(host, text, size);
}

int os_password(const char *prompt, char *out, size_t room, tlsmend_error *error) {
  HANDLE console = GetStdHandle(STD_INPUT_HANDLE);
  DWORD mode = 0, got = 0;
  wchar_t typed[256];
  out[0] = '\0';
  if (!os_interactive() || !GetConsoleMode(console, &mode))
    return tlsmend_error_set(error, TLSMEND_E_UNSUPPORTED, "nobody can be asked for a password here");
  fputs(prompt, stderr);
  fflush(stderr);
  SetConsoleMode(console, (mode | ENABLE_LINE_INPUT | ENABLE_PROCESSED_INPUT) & ~(DWORD)ENABLE_ECHO_INPUT);
  BOOL read = ReadConsoleW(console, typed, 255, &got, NULL);
  SetConsoleMode(console, mode);
  fputc('\n', stderr);
  fflush(stderr);
  while (got > 0 && (typed[got - 1] == L'\r' || typed[got - 1] == L'\n'))
    got--;
  char *utf8 = read ? wide_to_utf8(typed, got) : NULL;
  SecureZeroMemory(typed, sizeof typed);
  bool fits = utf8 && strlen(utf8) < room;
  if (fits)
    memcpy(out, utf8, strlen(utf8) + 1);
  if (utf8)
    SecureZeroMemory(utf8, strlen(utf8));
  free(utf8);
  return fits ? TLSMEND_OK : tlsmend_error_set(error, TLSMEND_E_REFUSED, "no password was given");
}
