/* Who is at work, and a password typed without being shown. */
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <termios.h>
#include <unistd.h>

#include <tlsmend/tlsmend.h>

#include "os/os.h"

void os_person(char user[128], char host[128]) {
  char room[4096];
  struct passwd storage, *entry = NULL; /* getpwuid is not for sessions in several threads */
  bool known = getpwuid_r(geteuid(), &storage, room, sizeof room, &entry) == 0 && entry;
  snprintf(user, 128, "%s", known && entry->pw_name ? entry->pw_name : "");
  if (gethostname(host, 128) != 0)
    host[0] = '\0';
  host[127] = '\0';
}

int os_password(const char *prompt, char *out, size_t room, tlsmend_error *error) {
  struct termios before, quiet;
  out[0] = '\0';
  if (!os_interactive() || tcgetattr(STDIN_FILENO, &before) != 0)
    return tlsmend_error_set(error, TLSMEND_E_UNSUPPORTED, "nobody can be asked for a password here");
  quiet = before;
  quiet.c_lflag &= ~(tcflag_t)ECHO;
  fputs(prompt, stderr);
  fflush(stderr);
  tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
  const char *got = fgets(out, (int)room, stdin);
  tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
  fputc('\n', stderr);
  if (!got)
    return tlsmend_error_set(error, TLSMEND_E_REFUSED, "no password was given");
  out[strcspn(out, "\r\n")] = '\0';
  return TLSMEND_OK;
}
