/*
 * The program's own arguments and whether a person sits in front of it, on Windows. Contract: os/os.h. The
 * narrow argv of the C runtime is in the ANSI code page; the wide command line is taken instead.
 */
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include <stdio.h>
#include <stdlib.h>

#include <tlsmend/tlsmend.h>

#include "base/error.h"
#include "os/win32/library.h"
#include "os/os.h"

static UINT console_before;

static void restore_console(void) { SetConsoleOutputCP(console_before); }

/* What is printed is UTF-8. The code page belongs to the console and outlives the process, so it is put back.
 */
static void prepare_console(void) {
  console_before = GetConsoleOutputCP();
  if (console_before != 0 && console_before != CP_UTF8 && SetConsoleOutputCP(CP_UTF8))
    atexit(restore_console);
}

static char *utf8_of(const wchar_t *wide) {
  int size = WideCharToMultiByte(CP_UTF8, 0, wide, -1, NULL, 0, NULL, NULL);
  char *text = size > 0 ? malloc((size_t)size) : NULL;
  if (text)
    WideCharToMultiByte(CP_UTF8, 0, wide, -1, text, size, NULL, NULL);
  return text;
}

/* A handle that a parent has closed has a number that the next file would get. What is written is kept together until it is flushed: the
 * C library would write letter by letter where it takes a stream for a terminal, and to stderr always. */
static void reserve(DWORD which, FILE *stream, const char *mode) {
  HANDLE handle = GetStdHandle(which);
  SetLastError(ERROR_SUCCESS);
  bool closed = !handle || handle == INVALID_HANDLE_VALUE ||
                (GetFileType(handle) == FILE_TYPE_UNKNOWN && GetLastError() != ERROR_SUCCESS);
  if (!closed) {
    if (stream != stdin)
      setvbuf(stream, NULL, _IOFBF, 1 << 14);
    return;
  }
  SECURITY_ATTRIBUTES inherited = {sizeof inherited, NULL, TRUE};
  handle = CreateFileW(L"NUL", GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, &inherited,
                       OPEN_EXISTING, 0, NULL);
  if (handle != INVALID_HANDLE_VALUE)
    SetStdHandle(which, handle);
  if (!freopen("NUL", mode, stream))
    setvbuf(stream, NULL, _IONBF, 0); /* it stays closed: writing to it fails */
}

void os_main_streams(void) {
  reserve(STD_INPUT_HANDLE, stdin, "r");
  reserve(STD_OUTPUT_HANDLE, stdout, "w");
  reserve(STD_ERROR_HANDLE, stderr, "w");
}

int os_main_arguments(int *argc, char ***argv, tlsmend_error *error) {
  int count = 0;
  wchar_t **(WINAPI * split)(const wchar_t *, int *);
  library_search_system_only();
  prepare_console();
  if (!library_function(L"shell32.dll", "CommandLineToArgvW", &split, sizeof split))
    return tlsmend_error_set(error, TLSMEND_E_UNSUPPORTED, "this Windows has no shell32.dll");
  wchar_t **wide = split(GetCommandLineW(), &count);
  char **texts = wide ? calloc((size_t)count + 1, sizeof *texts) : NULL;
  if (!texts) {
    LocalFree(wide);
    return error_no_memory(error);
  }
  for (int i = 0; i < count; i++) {
    texts[i] = utf8_of(wide[i]);
    if (!texts[i]) {
      LocalFree(wide);
      return error_no_memory(error); /* the program ends: nothing to free */
    }
  }
  LocalFree(wide);
  *argc = count;
  *argv = texts;
  return TLSMEND_OK;
}

static bool is_console(DWORD stream) {
  DWORD mode = 0;
  return GetConsoleMode(GetStdHandle(stream), &mode) != 0;
}

bool os_interactive(void) { return is_console(STD_INPUT_HANDLE) && is_console(STD_ERROR_HANDLE); }

unsigned os_terminal_width(void) {
  CONSOLE_SCREEN_BUFFER_INFO info;
  if (!GetConsoleScreenBufferInfo(GetStdHandle(STD_ERROR_HANDLE), &info))
    return 0;
  return (unsigned)(info.srWindow.Right - info.srWindow.Left + 1);
}

void os_language(char out[4]) {
  wchar_t name[9]; /* of ISO 639, two letters or three */
  LCID locale = MAKELCID(GetUserDefaultUILanguage(), SORT_DEFAULT);
  int size = GetLocaleInfoW(locale, LOCALE_SISO639LANGNAME, name, sizeof name / sizeof name[0]);
  memcpy(out, "en", 3);
  for (int i = 0; size == 3 && i < 2; i++)
    out[i] = (char)name[i];
}
