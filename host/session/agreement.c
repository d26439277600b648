/*
 * Runbooks that agree: each must still be content with what all of them together leave, else one would undo the other
 * for ever.
 */
#include "session/agreement.h"

#include <stdlib.h>

#include "base/error.h"
#include "machine/machine.h"
#include "machine/overlay.h"
#include "plan/change.h"
#include "registry/value.h"
#include "script/script.h"
#include "session/session.h"

/* What runbooks want of the machine as the whole plan leaves it. A runbook that converges alone and yet wants
 * something here has been contradicted, also where the change of one is undone by the other, so that the plan shows
 * neither. */
typedef struct wish {
  tlsmend_change change;
  size_t by; /* position of the runbook */
} wish;

typedef struct wishes {
  wish *items;
  size_t count, seen; /* seen: changes of the second plan that are noted */
} wishes;

static void wishes_clear(wishes *self) {
  for (size_t i = 0; i < self->count; i++)
    change_clear(&self->items[i].change);
  free(self->items);
}

static int note_wishes(wishes *self, const tlsmend_plan *second, size_t by, tlsmend_error *error) {
  for (; self->seen < second->change_count; self->seen++) {
    const tlsmend_change *change = &second->changes[self->seen];
    if (!change->key) /* an installation or a restart */
      continue;
    wish *grown = realloc(self->items, (self->count + 1) * sizeof *grown);
    if (!grown)
      return error_no_memory(error);
    self->items = grown;
    int code = change_copy(&grown[self->count].change, change, error);
    if (code != TLSMEND_OK)
      return code;
    grown[self->count++].by = by;
  }
  return TLSMEND_OK;
}

/* Whether a wish still holds on the overlay. What cannot be read contradicts nobody. */
static bool is_met(tlsmend_machine *overlay, const tlsmend_change *change) {
  bool exists = change->kind == TLSMEND_CHANGE_KEY_CREATE;
  if (!change->name)
    return machine_key_exists(overlay, change->key, change->view, &exists, NULL) != TLSMEND_OK ||
           exists == (change->kind == TLSMEND_CHANGE_KEY_CREATE);
  tlsmend_value now = {0};
  bool met = machine_value_get(overlay, change->key, change->view, change->name, &now, NULL) != TLSMEND_OK ||
             value_equal(&now, &change->after);
  tlsmend_value_clear(&now);
  return met;
}

static int refuse_contradiction(const tlsmend_plan *plan, const wish *wish, size_t other,
                                tlsmend_error *error) {
  const char *first = plan->runbooks[wish->by].id, *second = plan->runbooks[other].id;
  char *text = change_print(&wish->change, plan_has_views(plan));
  if (!text)
    return error_no_memory(error);
  int code = tlsmend_error_set(error, TLSMEND_E_REFUSED,
                               "%s and %s contradict each other: after both, %s would %s. Apply one of them "
                               "only, or make them agree",
                               first, second, first, text);
  free(text);
  return code;
}

/* Runs each runbook once more, on what all of them together leave, as the check after an apply does. A runbook that
 * fails there is not judged: that check will. */
static int run_second(tlsmend_session *self, tlsmend_machine *overlay, const planned *first, size_t last,
                      tlsmend_plan *second, tlsmend_error *error) {
  const tlsmend_plan *plan = first->plan;
  wishes wishes = {0};
  int code = TLSMEND_OK;
  bool runs = true;
  for (size_t i = 0; code == TLSMEND_OK && runs && i < plan->runbook_count; i++) {
    if (i >= last && !wishes.count) /* from here on each has run on what all of them leave */
      break;
    script_runbook *runbook = NULL;
    tlsmend_error ignored;
    runs = session_open_again(self, &plan->runbooks[i], first->sources->items[i], &runbook, &ignored) ==
               TLSMEND_OK &&
           session_run_one(self, overlay, second, runbook, &ignored) == TLSMEND_OK;
    script_close(runbook);
    for (size_t j = 0; runs && code == TLSMEND_OK && j < wishes.count; j++)
      if (!is_met(overlay, &wishes.items[j].change))
        code = refuse_contradiction(plan, &wishes.items[j], i, error);
    if (runs && code == TLSMEND_OK)
      code = note_wishes(&wishes, second, i, error);
  }
  wishes_clear(&wishes);
  return code;
}

int session_check_agreement(tlsmend_session *self, tlsmend_machine *overlay, const planned *first,
                            size_t last, tlsmend_error *error) {
  tlsmend_plan *second = NULL;
  tlsmend_machine *above = NULL;
  if (!last || plan_applying_count(first->plan) < 2)
    return TLSMEND_OK;
  int code = session_plan_new(self, &second, error);
  if (code == TLSMEND_OK)
    code = overlay_open(overlay, second, &above, error);
  if (code == TLSMEND_OK) {
    overlay_set_plan(overlay, second); /* what is read for this is no ground of the plan */
    code = run_second(self, above, first, last, second, error);
    overlay_set_plan(overlay, first->plan);
  }
  machine_close(above);
  tlsmend_plan_free(second);
  return code;
}
