/* The program's own arguments and whether a person sits in front of it, on POSIX. Contract: os/os.h. */
#define _GNU_SOURCE /* TIOCGWINSZ is no POSIX, only everywhere */

#include <sys/ioctl.h>
#include <unistd.h>

#include "os/os.h"

#include <string.h>

#include <stdlib.h>

int os_main_arguments(int *argc, char ***argv, tlsmend_error *error) {
  (void)argc, (void)argv, (void)error;
  return TLSMEND_OK;
}

bool os_interactive(void) { return isatty(0) && isatty(2); }

unsigned os_terminal_width(void) {
  struct winsize size = {0};
  return isatty(2) && ioctl(2, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

void os_language(char out[4]) {
  static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
  const char *locale = NULL;
  for (size_t i = 0; i < sizeof names / sizeof names[0] && (!locale || !*locale); i++)
    locale = getenv(names[i]);
  memcpy(out, "en", 3);
  if (locale && strlen(locale) >= 2 && strchr("_.@", locale[2])) /* "C.UTF-8" and "POSIX" are none */
    memcpy(out, locale, 2);
}
