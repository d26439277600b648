/* The clock that people set may be set back; the one since the start of the computer ends with the next start. Both
 * count. */
#include "session/runs/deadline.h"

#include <string.h>

journal_deadline session_deadline(const tlsmend_session *self, const journal *journal) {
  int64_t now = self->clock(), seconds = 0, left = 60 * (int64_t)journal->confirm_minutes;
  journal_deadline end = {.boot = "", .unchecked = journal->unchecked};
  if (journal->deadline && journal->deadline - now < left)
    left = journal->deadline - now;
  if (self->boot_clock(&seconds, end.boot))
    end.until = seconds + left;
  else
    end.boot[0] = '\0';
  end.deadline = now + left;
  return end;
}

bool session_left_of_boot(const tlsmend_session *self, const journal *journal, int64_t *left) {
  char boot[64];
  int64_t seconds;
  if (!*journal->clock_boot || !self->boot_clock(&seconds, boot) || strcmp(boot, journal->clock_boot) != 0)
    return false;
  *left = journal->until - seconds;
  return true;
}

bool session_is_over(const tlsmend_session *self, const journal *journal) {
  int64_t left = 1;
  return self->clock() >= journal->deadline || (session_left_of_boot(self, journal, &left) && left <= 0) ||
         strcmp(self->expired, journal->run) == 0;
}
