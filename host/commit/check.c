/* What must hold before anything is written: nothing that was read has moved, every before still is, packages are
 * right. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "plan/change.h"
#include "registry/value.h"
#include "commit/commit.h"
#include "machine/anchors.h"
#include "machine/machine.h"
#include "machine/overlay.h"
#include "machine/update/package.h"
#include "machine/update/servicing.h"

static int read_value(tlsmend_machine *machine, const plan_read *read, plan_answer *out,
                      tlsmend_error *error) {
  tlsmend_value value = {0};
  int code = machine_value_get(machine, read->key, read->view, read->name, &value, error);
  if (code == TLSMEND_OK)
    code = plan_answer_value(out, &value, error);
  tlsmend_value_clear(&value);
  return code;
}

static int read_names(tlsmend_machine *machine, const plan_read *read, plan_answer *out,
                      tlsmend_error *error) {
  name_list names = {0};
  int code = read->kind == PLAN_READ_KEYS     ? machine_keys(machine, read->key, read->view, &names, error)
             : read->kind == PLAN_READ_VALUES ? machine_values(machine, read->key, read->view, &names, error)
                                              : machine_hotfixes(machine, &names, error);
  if (code == TLSMEND_OK)
    code = plan_answer_names(out, &names, error);
  name_list_clear(&names);
  return code;
}

static int read_file(tlsmend_machine *machine, const plan_read *read, plan_answer *out,
                     tlsmend_error *error) {
  int code = machine_file_version(machine, read->key, read->view, &out->version, error);
  out->found = out->version ? PLAN_PRESENT : PLAN_UNKNOWN;
  return code;
}

static int read_key(tlsmend_machine *machine, const plan_read *read, plan_answer *out, tlsmend_error *error) {
  bool exists = false;
  int code = machine_key_exists(machine, read->key, read->view, &exists, error);
  out->found = exists ? PLAN_PRESENT : PLAN_ABSENT;
  return code;
}

/* Reads the same thing again. */
static int read_again(tlsmend_machine *machine, const plan_read *read, plan_answer *out,
                      tlsmend_error *error) {
  int code = TLSMEND_OK;
  *out = (plan_answer){0};
  switch (read->kind) {
  case PLAN_READ_KEY:
    return read_key(machine, read, out, error);
  case PLAN_READ_VALUE:
    return read_value(machine, read, out, error);
  case PLAN_READ_KEYS:
  case PLAN_READ_VALUES:
  case PLAN_READ_HOTFIXES:
    code = read_names(machine, read, out, error);
    break;
  case PLAN_READ_FILE:
    code = read_file(machine, read, out, error);
    break;
  }
  if (code != TLSMEND_E_ABSENT && code != TLSMEND_E_UNKNOWN)
    return code;
  *out = (plan_answer){.found = code == TLSMEND_E_ABSENT ? PLAN_ABSENT : PLAN_UNKNOWN};
  return TLSMEND_OK;
}

enum { NAMED_MOST = 5 };

/* What moved: the first with was and is, up to four more by name. All of it stands in one line. */
typedef struct drift {
  const tlsmend_plan *plan;
  size_t count, length;
  char text[800];
} drift;

static void add_text(drift *self, const char *text, size_t most) {
  size_t room = sizeof self->text - self->length, length = strlen(text);
  bool whole = length <= most;
  int got = snprintf(self->text + self->length, room, "%s%s", whole ? "" : "...",
                     whole ? text : text + length - most);
  if (got > 0)
    self->length += (size_t)got < room ? (size_t)got : room - 1;
}

static void add_answer(drift *self, const char *label, const plan_read *read, const plan_answer *answer) {
  json_t *json = plan_answer_to_json(read->kind, answer);
  char *text = plan_read_secret(self->plan, read) ? strdup("a secret")
                                                  : json_dumps(json, JSON_ENCODE_ANY | JSON_COMPACT);
  json_decref(json);
  char shown[120];
  snprintf(shown, sizeof shown, "%s%.80s", label, text ? text : "?");
  add_text(self, shown, sizeof shown);
  free(text);
}

/* "HKLM\... [32-bit] Name was X, is Y" */
static void add_moved(drift *self, const plan_read *read, const plan_answer *now) {
  if (++self->count > NAMED_MOST)
    return;
  size_t most = self->count == 1 ? 200 : 75; /* the end of a key says more than its beginning */
  if (self->count > 1)
    add_text(self, "; ", 2);
  add_text(self, *read->key ? read->key : "the list of hotfixes", most);
  if (read->view == 32)
    add_text(self, " [32-bit]", 9);
  if (read->kind == PLAN_READ_KEYS)
    add_text(self, " (names of keys)", 20);
  if (read->kind == PLAN_READ_VALUES)
    add_text(self, " (names of values)", 20);
  if (read->name)
    add_text(self, " ", 1);
  if (read->name)
    add_text(self, *read->name ? read->name : "(Default)", 30);
  if (self->count > 1)
    return;
  add_answer(self, " was ", read, &read->answer);
  add_answer(self, ", is ", read, now);
}

int commit_check_reads(tlsmend_machine *machine, const tlsmend_plan *plan, tlsmend_error *error) {
  drift drift = {.plan = plan};
  for (size_t i = 0; i < plan->reads.count; i++) {
    const plan_read *read = &plan->reads.items[i];
    plan_answer now;
    if (read->answer.found == PLAN_HIDDEN)
      continue;
    int code = read_again(machine, read, &now, error);
    if (code != TLSMEND_OK)
      return code;
    if (!plan_answer_equal(&now, &read->answer))
      add_moved(&drift, read, &now);
    plan_answer_clear(&now);
  }
  if (!drift.count)
    return TLSMEND_OK;
  char more[64] = "";
  if (drift.count > NAMED_MOST)
    snprintf(more, sizeof more, "; and %zu more", drift.count - NAMED_MOST);
  return tlsmend_error_set(error, TLSMEND_E_DRIFT,
                           "the machine has changed since the plan was made: %s%s. Plan again", drift.text,
                           more);
}

static int drifted(const tlsmend_change *change, const char *now, tlsmend_error *error) {
  char *before = change->name ? change_value_print(change, &change->before) : NULL;
  int code = tlsmend_error_set(
      error, TLSMEND_E_DRIFT, "the machine is no longer as the plan expects it: %s%s%s%s is %s, expected %s",
      change->key, change->view == 32 ? " [32-bit]" : "", change->name ? " " : "",
      change->name ? change->name : "", now,
      change->name ? (before ? before : "?")
                   : (change->kind == TLSMEND_CHANGE_KEY_CREATE ? "no such key" : "the key"));
  free(before);
  return code;
}

static int check_value(tlsmend_machine *machine, const tlsmend_change *change, tlsmend_error *error) {
  tlsmend_value now = {0};
  int code = machine_value_get(machine, change->key, change->view, change->name, &now, error);
  if (code == TLSMEND_OK && !value_equal(&now, &change->before)) {
    char *text = change_value_print(change, &now);
    code = drifted(change, text ? text : "different", error);
    free(text);
  }
  tlsmend_value_clear(&now);
  return code;
}

/* Whether the before of a change holds on this machine. */
static int check_before(tlsmend_machine *machine, const tlsmend_change *change, tlsmend_error *error) {
  bool exists = false;
  switch (change->kind) {
  case TLSMEND_CHANGE_VALUE_SET:
  case TLSMEND_CHANGE_VALUE_DELETE:
    return check_value(machine, change, error);
  case TLSMEND_CHANGE_KEY_CREATE:
  case TLSMEND_CHANGE_KEY_DELETE: {
    int code = machine_key_exists(machine, change->key, change->view, &exists, error);
    if (code != TLSMEND_OK || exists == (change->kind == TLSMEND_CHANGE_KEY_DELETE))
      return code;
    return drifted(change, exists ? "there already" : "absent", error);
  }
  case TLSMEND_CHANGE_UPDATE_INSTALL:
  case TLSMEND_CHANGE_REBOOT:
    return TLSMEND_OK;
  }
  return TLSMEND_OK;
}

/* The same for a plan, which can be made again; a rollback says its own way out. */
static int check_planned(tlsmend_machine *machine, const tlsmend_change *change, tlsmend_error *error) {
  tlsmend_error inner = {0, ""};
  int code = check_before(machine, change, &inner);
  return code == TLSMEND_OK ? code
                            : tlsmend_error_set(error, code, "%s%s", inner.text,
                                                code == TLSMEND_E_DRIFT ? ". Plan again" : "");
}

int commit_check_steps(tlsmend_machine *machine, const tlsmend_plan *plan, const journal *begun,
                       tlsmend_error *error) {
  tlsmend_machine *overlay = NULL;
  tlsmend_outcome outcome;
  int code = overlay_open(machine, NULL, &overlay, error);
  for (size_t i = 0; code == TLSMEND_OK && i < plan->change_count; i++) {
    if (begun && begun->steps[i].state == STEP_DONE)
      continue;
    code = check_planned(overlay, &plan->changes[i], error);
    if (code == TLSMEND_OK)
      code = machine_apply(overlay, &plan->changes[i], &outcome, error);
  }
  machine_close(overlay);
  return code;
}

int commit_check_branches(tlsmend_machine *machine, const tlsmend_plan *plan, tlsmend_error *error) {
  int code = TLSMEND_OK;
  for (size_t i = 0; code == TLSMEND_OK && i < plan->change_count; i++) {
    const char *place = plan->changes[i].key;
    char *branch = NULL;
    if (place)
      code = anchors_unknown(machine, place, plan->changes[i].view, &branch, error);
    if (branch)
      code = tlsmend_error_set(
          error, TLSMEND_E_REFUSED,
          "%.300s is not changed: %.200s is not in this file, so that what stands there is not "
          "known; export that branch as well, then plan again",
          place, branch);
    free(branch);
  }
  return code;
}

static int check_package(const tlsmend_update *update, tlsmend_error *error) {
  char digest[65];
  if (!update->file || !update->sha256)
    return tlsmend_error_set(
        error, TLSMEND_E_REFUSED,
        "%s is needed and its package is not at hand: plan again with -p package=FILE or "
        "-p package=FOLDER",
        update->kb);
  int code = package_sha256(update->file, digest, error);
  if (code == TLSMEND_E_ABSENT)
    return tlsmend_error_set(error, TLSMEND_E_REFUSED, "the package of %s is not there any more: %s",
                             update->kb, update->file);
  if (code != TLSMEND_OK)
    return code;
  if (strcmp(digest, update->sha256) != 0)
    return tlsmend_error_set(error, TLSMEND_E_REFUSED,
                             "%s is not the planned package of %s: SHA-256 is %s, planned %s", update->file,
                             update->kb, digest, update->sha256);
  return TLSMEND_OK;
}

int commit_check_packages(const tlsmend_plan *plan, size_t from, tlsmend_error *error) {
  int code = TLSMEND_OK;
  for (size_t i = from; code == TLSMEND_OK && i < plan->change_count; i++)
    if (plan->changes[i].kind == TLSMEND_CHANGE_UPDATE_INSTALL)
      code = check_package(&plan->changes[i].update, error);
  return code;
}

int commit_keep_packages(tlsmend_machine *machine, const tlsmend_plan *plan, size_t from, bool begun,
                         tlsmend_error *error) {
  int code = TLSMEND_OK;
  for (size_t i = from; code == TLSMEND_OK && i < plan->change_count; i++) {
    const tlsmend_change *change = &plan->changes[i];
    if (change->kind != TLSMEND_CHANGE_UPDATE_INSTALL)
      continue;
    code = machine_update_keep(machine, change, begun, error);
    if (code == TLSMEND_E_UNSUPPORTED)
      code = check_package(&change->update, error);
  }
  return code;
}

/* A created key that holds something on the overlay would be kept. */
static int is_kept(tlsmend_machine *overlay, const tlsmend_change *inverse, bool *out, tlsmend_error *error) {
  name_list keys = {0}, values = {0};
  *out = false;
  if (inverse->kind != TLSMEND_CHANGE_KEY_DELETE)
    return TLSMEND_OK;
  int code = machine_keys(overlay, inverse->key, inverse->view, &keys, error);
  if (code == TLSMEND_OK)
    code = machine_values(overlay, inverse->key, inverse->view, &values, error);
  *out = keys.count || values.count;
  name_list_clear(&keys);
  name_list_clear(&values);
  return code;
}

/* Whether the effect of a step is gone already. */
static bool is_back(tlsmend_machine *overlay, const journal *journal, size_t step) {
  const tlsmend_change *change = &journal->plan->changes[step];
  if (!change->name)
    return check_before(overlay, change, NULL) == TLSMEND_OK;
  tlsmend_value now = {0};
  bool back = machine_value_get(overlay, change->key, change->view, change->name, &now, NULL) == TLSMEND_OK &&
              journal_is_back(journal, step, &now);
  tlsmend_value_clear(&now);
  return back;
}

/* One step backwards on the overlay. */
typedef struct undo_walk {
  tlsmend_machine *overlay;
  const journal *journal;
  undo_check check;
  undo_fn fn;
  void *data;
} undo_walk;

static int undo_one(const undo_walk *walk, size_t step, tlsmend_error *error) {
  const tlsmend_change *change = &walk->journal->plan->changes[step];
  bool lenient = walk->check != UNDO_STRICT || walk->journal->steps[step].state != STEP_DONE;
  if (change->kind == TLSMEND_CHANGE_UPDATE_INSTALL || change->kind == TLSMEND_CHANGE_REBOOT)
    return TLSMEND_OK;
  tlsmend_change inverse;
  tlsmend_outcome outcome;
  bool kept = false, skipped = false;
  int code = change_invert(change, &inverse, error);
  if (code != TLSMEND_OK)
    return code;
  code = check_before(walk->overlay, &inverse, error);
  if (code == TLSMEND_E_DRIFT && lenient && is_back(walk->overlay, walk->journal, step)) {
    change_clear(&inverse);
    return TLSMEND_OK;
  }
  if (code == TLSMEND_E_DRIFT && walk->check == UNDO_SKIP) {
    code = TLSMEND_OK;
    skipped = true;
  }
  if (code == TLSMEND_OK && !skipped)
    code = is_kept(walk->overlay, &inverse, &kept, error);
  if (code == TLSMEND_OK && !skipped && !kept)
    code = machine_apply(walk->overlay, &inverse, &outcome, error);
  if (code == TLSMEND_OK && !kept && walk->fn)
    code = walk->fn(walk->data, &inverse, skipped);
  change_clear(&inverse);
  return code;
}

int commit_check_undo(tlsmend_machine *machine, const journal *journal, undo_check check, undo_fn fn,
                      void *data, tlsmend_error *error) {
  undo_walk walk = {NULL, journal, check, fn, data};
  int code = overlay_open(machine, NULL, &walk.overlay, error);
  for (size_t i = journal->plan->change_count; code == TLSMEND_OK && i-- > 0;) {
    step_state state = journal->steps[i].state;
    if (state == STEP_DONE || state == STEP_INTENDED || state == STEP_UNDOING || state == STEP_LEFT)
      code = undo_one(&walk, i, error);
  }
  machine_close(walk.overlay);
  return code;
}

/* Milliseconds: old hardware finishes updates slowly. */
enum { SETTLE_STEP = 2000, SETTLE_MOST = 30 * 60 * 1000 };

/* Waits while the update is pending and time passes on this machine. */
static int wait_for(commit *self, const tlsmend_update *update, servicing_presence *out,
                    tlsmend_error *error) {
  unsigned waited = 0;
  for (;;) {
    int code = servicing_detect(self->machine, update, out, error);
    if (code != TLSMEND_OK || !out->pending || waited >= SETTLE_MOST)
      return code;
    if (machine_pause(self->machine, SETTLE_STEP, NULL) != TLSMEND_OK)
      return TLSMEND_OK;
    waited += SETTLE_STEP;
    char text[96];
    snprintf(text, sizeof text, "waiting for Windows to finish %.16s, %u s", update->kb, waited / 1000);
    if (self->event)
      self->event(self->event_data, TLSMEND_EVENT_PROGRESS, text);
  }
}

int commit_redetect(commit *self, tlsmend_error *error) {
  const tlsmend_plan *plan = self->journal->plan;
  size_t before = 0; /* an update behind the last restart is rightly pending */
  for (size_t i = 0; i < plan->change_count; i++)
    if (plan->changes[i].kind == TLSMEND_CHANGE_REBOOT && self->journal->steps[i].state == STEP_DONE)
      before = i;
  for (size_t i = 0; i < before; i++) {
    if (plan->changes[i].kind != TLSMEND_CHANGE_UPDATE_INSTALL || self->journal->steps[i].state != STEP_DONE)
      continue;
    servicing_presence presence;
    int code = wait_for(self, &plan->changes[i].update, &presence, error);
    if (code != TLSMEND_OK)
      return code;
    if (!presence.installed)
      return tlsmend_error_set(
          error, TLSMEND_E_FAILED,
          "%s is not installed although its installer reported success and the machine has "
          "restarted: %s. Look at %%windir%%\\Logs\\CBS\\CBS.log",
          plan->changes[i].update.kb, presence.evidence);
  }
  return TLSMEND_OK;
}
