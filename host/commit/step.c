/* One step of a run: asking the machine about it, telling people of it. */
#include "commit/step.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/unicode.h"
#include "machine/machine.h"
#include "machine/update/servicing.h"
#include "plan/change.h"
#include "registry/value.h"

void step_tell(const commit *self, tlsmend_event event, const char *text) {
  if (self->event)
    self->event(self->event_data, event, text);
}

void step_tell_begin(const commit *self, size_t step, const tlsmend_change *change, const char *verb) {
  if (!self->event)
    return;
  char *line = change_print(change, plan_has_views(self->journal->plan));
  char text[1024];
  snprintf(text, sizeof text, "%zu/%zu %s%s", step + 1, self->journal->plan->change_count, verb,
           line ? line : "?");
  free(line);
  unicode_plain(text, strlen(text), "");
  step_tell(self, TLSMEND_EVENT_STEP, text);
}

bool step_is_registry(const commit *self, size_t step) {
  tlsmend_change_kind kind = self->journal->plan->changes[step].kind;
  return kind != TLSMEND_CHANGE_UPDATE_INSTALL && kind != TLSMEND_CHANGE_REBOOT;
}

int step_position(const commit *self, size_t step, position *out, tlsmend_error *error) {
  const tlsmend_change *change = &self->journal->plan->changes[step];
  *out = AT_NEITHER;
  if (change->kind == TLSMEND_CHANGE_UPDATE_INSTALL) {
    servicing_presence presence;
    int code = servicing_detect(self->machine, &change->update, &presence, error);
    *out = presence.installed || presence.pending ? AT_AFTER : AT_BEFORE;
    return code;
  }
  if (change->kind == TLSMEND_CHANGE_REBOOT) {
    *out = AT_BEFORE;
    return TLSMEND_OK;
  }
  if (!change->name) {
    bool exists = false;
    int code = machine_key_exists(self->machine, change->key, change->view, &exists, error);
    *out = exists == (change->kind == TLSMEND_CHANGE_KEY_CREATE) ? AT_AFTER : AT_BEFORE;
    return code;
  }
  tlsmend_value now = {0};
  int code = machine_value_get(self->machine, change->key, change->view, change->name, &now, error);
  if (value_equal(&now, &change->after))
    *out = AT_AFTER;
  else if (value_equal(&now, &change->before))
    *out = AT_BEFORE;
  tlsmend_value_clear(&now);
  return code;
}

int step_standing(const commit *self, size_t step, position *out, tlsmend_error *error) {
  const tlsmend_change *change = &self->journal->plan->changes[step];
  int code = step_position(self, step, out, error);
  if (code != TLSMEND_OK || *out != AT_NEITHER)
    return code;
  tlsmend_value now = {0};
  code = machine_value_get(self->machine, change->key, change->view, change->name, &now, error);
  if (code == TLSMEND_OK && journal_is_back(self->journal, step, &now))
    *out = AT_BEFORE;
  tlsmend_value_clear(&now);
  return code;
}
