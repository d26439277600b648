/*
 * Will it stick? Marks changes of values that somebody else sets again: Group Policy by a registry.pol that lies on the
 * machine, by a policy key, or by a policy value that overrides the one that is written. And tells what a registry.pol sets that
 * the registry does not hold yet.
 */
#include "session/policy/group_policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "base/unicode.h"
#include "machine/anchors.h"
#include "machine/machine.h"
#include "plan/plan.h"
#include "registry/path.h"
#include "registry/value.h"
#include "session/policy/policy_files.h"

#define NEXT       "the next refresh of policy, every 90 to 120 minutes and at every start"
#define COMES_BACK "comes back at " NEXT

static const char *const policy_trees[] = {
    "HKLM\\SOFTWARE\\Policies", "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Policies",
    "HKCU\\Software\\Policies", "HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Policies"};

/* Values that count only while their policy is not set. A name of NULL is every value of the key. */
static const struct twin {
  const char *key, *name, *policy;
} twins[] = {
    {"HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Internet Settings", NULL,
     "HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows\\CurrentVersion\\Internet Settings"},
    {"HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Internet Settings", NULL,
     "HKCU\\Software\\Policies\\Microsoft\\Windows\\CurrentVersion\\Internet Settings"},
    {"HKLM\\SYSTEM\\CurrentControlSet\\Control\\Cryptography\\Configuration\\Local\\SSL\\00010002",
     "Functions", "HKLM\\SOFTWARE\\Policies\\Microsoft\\Cryptography\\Configuration\\SSL\\00010002"},
    {"HKLM\\SYSTEM\\CurrentControlSet\\Control\\Cryptography\\Configuration\\Local\\SSL\\00010002",
     "EccCurves", "HKLM\\SOFTWARE\\Policies\\Microsoft\\Cryptography\\Configuration\\SSL\\00010002"},
};

static int set_owner(tlsmend_change *change, const char *text, tlsmend_error *error) {
  if (change->owner)
    return TLSMEND_OK; /* the first that was found is enough */
  change->owner = strdup(text);
  return change->owner ? TLSMEND_OK : error_no_memory(error);
}

static int mark_policy_key(tlsmend_change *change, tlsmend_error *error) {
  for (size_t i = 0; i < sizeof policy_trees / sizeof policy_trees[0]; i++)
    if (path_within(change->key, policy_trees[i]))
      return set_owner(change,
                       change->before.present
                           ? "set by Group Policy (a policy key), and " COMES_BACK
                           : "in a policy key: a Group Policy that sets it wins at its next refresh",
                       error);
  return TLSMEND_OK;
}

/* Looks for the policy that overrides a value; what is read goes into the plan, so that a change of it is noticed. */
static int mark_twin(tlsmend_machine *machine, tlsmend_plan *plan, tlsmend_change *change,
                     tlsmend_error *error) {
  for (size_t i = 0; i < sizeof twins / sizeof twins[0]; i++) {
    tlsmend_value value = {0};
    plan_answer answer = {0};
    char text[400];
    if (!unicode_name_equal(change->key, twins[i].key) ||
        (twins[i].name && !unicode_name_equal(change->name, twins[i].name)))
      continue;
    int code = machine_value_get(machine, twins[i].policy, change->view, change->name, &value, error);
    if (code == TLSMEND_OK)
      code = plan_answer_value(&answer, &value, error);
    if (code == TLSMEND_OK)
      code = plan_reads_add(&plan->reads,
                            &(plan_question){PLAN_READ_VALUE, twins[i].policy, change->view, change->name},
                            &answer, error);
    snprintf(text, sizeof text,
             "overridden by the policy value %.250s %.60s: what is written here does not count",
             twins[i].policy, change->name);
    if (code == TLSMEND_OK && value.present)
      code = set_owner(change, text, error);
    tlsmend_value_clear(&value);
    if (code != TLSMEND_OK)
      return code;
  }
  return TLSMEND_OK;
}

/* What is said of a value goes without secrets, which the machine may hold already; malloc'd. */
static int finish_masked(const tlsmend_session *self, text_builder *text, char **out, tlsmend_error *error) {
  char *plain = NULL;
  int code = text_finish(text, &plain, error);
  *out = code == TLSMEND_OK ? secrets_mask(&self->hidden, plain) : NULL;
  free(plain);
  return code == TLSMEND_OK && !*out ? error_no_memory(error) : code;
}

static void add_place(text_builder *text, const char *key, int view, const char *name) {
  text_add(text, "%.500s%s %.200s", key, view == 32 && path_redirected(key) ? " (32-bit view)" : "", name);
}

/* Where policy sets what is written, it stays: that is no owner, but told. */
static int tell_same(const tlsmend_session *self, const policy_file *file, const tlsmend_change *change,
                     plan_lines *findings, tlsmend_error *error) {
  text_builder text = {0};
  char *line = NULL;
  text_add(&text, "Group Policy (%.500s) sets the same: ", file->path);
  add_place(&text, change->key, change->view, change->name);
  int code = finish_masked(self, &text, &line, error);
  if (code == TLSMEND_OK)
    code = plan_lines_add(findings, line, error);
  free(line);
  return code;
}

static int own_by_file(const tlsmend_session *self, const policy_file *file, const tlsmend_value *next,
                       tlsmend_change *change, tlsmend_error *error) {
  text_builder text = {0};
  char *owner = NULL, *shown = value_print(next);
  if (!shown)
    return error_no_memory(error);
  if (next->present)
    text_add(&text, "set by Group Policy (%.500s) to %s, and comes back at " NEXT, file->path, shown);
  else
    text_add(&text, "deleted by Group Policy (%.500s) at " NEXT, file->path);
  free(shown);
  int code = finish_masked(self, &text, &owner, error);
  if (code == TLSMEND_OK)
    code = set_owner(change, owner, error);
  free(owner);
  return code;
}

/* Says what the policy files make of a value once it is written; *stays: they set the same. */
static int mark_by_files(const tlsmend_session *self, const policy_files *files, tlsmend_plan *plan,
                         tlsmend_change *change, bool *stays, tlsmend_error *error) {
  tlsmend_value next = {0};
  const policy_file *file = NULL;
  policy_target target = {change->key, change->view, change->name};
  int code = policy_files_foresee(files, &target, &change->after, &next, &file, error);
  *stays = code == TLSMEND_OK && file && value_equal(&next, &change->after);
  if (*stays)
    code = tell_same(self, file, change, &plan->findings, error);
  else if (code == TLSMEND_OK && file)
    code = own_by_file(self, file, &next, change, error);
  tlsmend_value_clear(&next);
  return code;
}

static bool is_changed(const tlsmend_plan *plan, const plan_read *read) {
  for (size_t i = 0; i < plan->change_count; i++) {
    const tlsmend_change *change = &plan->changes[i];
    if (change->name && change->view == read->view && unicode_name_equal(change->key, read->key) &&
        unicode_name_equal(change->name, read->name))
      return true;
  }
  return false;
}

/* Calls `fn` for each value that was read and of which a policy file speaks. */
typedef int (*foreseen_fn)(void *data, const plan_read *read, const policy_file *file,
                           const tlsmend_value *next, tlsmend_error *error);
static int each_foreseen(const policy_files *files, const plan_reads *reads, foreseen_fn fn, void *data,
                         tlsmend_error *error) {
  int code = TLSMEND_OK;
  for (size_t i = 0; files->count && code == TLSMEND_OK && i < reads->count; i++) {
    const plan_read *read = &reads->items[i];
    const policy_file *file = NULL;
    tlsmend_value next = {0};
    if (read->kind != PLAN_READ_VALUE || read->answer.found == PLAN_UNKNOWN)
      continue;
    policy_target target = {read->key, read->view, read->name};
    code = policy_files_foresee(files, &target, &read->answer.value, &next, &file, error);
    if (code == TLSMEND_OK && file)
      code = fn(data, read, file, &next, error);
    tlsmend_value_clear(&next);
  }
  return code;
}

typedef struct marking {
  const tlsmend_session *session;
  tlsmend_plan *plan;
} marking;

/* Whether a value is absent only because a file lacks the branch in which it would stand. */
static int is_untold(tlsmend_machine *machine, const plan_read *read, bool *out, tlsmend_error *error) {
  char *branch = NULL;
  int code = read->answer.value.present ? TLSMEND_OK
                                        : anchors_unknown(machine, read->key, read->view, &branch, error);
  *out = branch;
  free(branch);
  return code;
}

/* Policy has been set but not refreshed: what was read is not what the machine will do. */
static int find_unset(void *data, const plan_read *read, const policy_file *file, const tlsmend_value *next,
                      tlsmend_error *error) {
  const marking *self = data;
  const tlsmend_value *now = &read->answer.value;
  text_builder text = {0};
  char *line = NULL;
  bool untold = false;
  if (value_equal(now, next) || is_changed(self->plan, read))
    return TLSMEND_OK;
  int code = is_untold(self->session->machine, read, &untold, error);
  char *is = value_print(now), *becomes = value_print(next);
  text_add(&text, untold ? "Group Policy (%.500s) sets " : "Group Policy (%.500s) has not set ", file->path);
  add_place(&text, read->key, read->view, read->name);
  if (untold)
    text_add(&text, " to %s; what it is now is not in this file", becomes ? becomes : "");
  else
    text_add(&text, " yet: now %s, from its next refresh on %s", is ? is : "", becomes ? becomes : "");
  if (code == TLSMEND_OK)
    code = is && becomes ? finish_masked(self->session, &text, &line, error) : error_no_memory(error);
  if (code == TLSMEND_OK)
    code = plan_lines_add(&self->plan->findings, line, error);
  free(text.bytes);
  free(is);
  free(becomes);
  free(line);
  return code;
}

static int mark_change(const tlsmend_session *self, const policy_files *files, tlsmend_plan *plan,
                       tlsmend_change *change, tlsmend_error *error) {
  bool stays = false;
  if (!change->name)
    return TLSMEND_OK;
  int code = mark_by_files(self, files, plan, change, &stays, error);
  if (code == TLSMEND_OK && !stays)
    code = mark_policy_key(change, error);
  return code == TLSMEND_OK ? mark_twin(self->machine, plan, change, error) : code;
}

int session_mark_owners(const tlsmend_session *self, tlsmend_plan *plan, tlsmend_error *error) {
  policy_files files = {0};
  marking marking = {self, plan};
  int code = policy_files_read(self, &files, &plan->findings, error);
  for (size_t i = 0; code == TLSMEND_OK && i < plan->change_count; i++)
    code = mark_change(self, &files, plan, &plan->changes[i], error);
  if (code == TLSMEND_OK)
    code = each_foreseen(&files, &plan->reads, find_unset, &marking, error);
  policy_files_clear(&files);
  return code;
}

typedef struct listing {
  tlsmend_machine *machine;
  json_t *rows;
} listing;

/* { file, key, view, name, now, next, same }; now is null where it is not in the file. */
static int list_value(void *data, const plan_read *read, const policy_file *file, const tlsmend_value *next,
                      tlsmend_error *error) {
  const listing *self = data;
  const tlsmend_value *now = &read->answer.value;
  bool untold = false;
  int code = is_untold(self->machine, read, &untold, error);
  if (code != TLSMEND_OK)
    return code;
  char *is = value_print(now), *becomes = value_print(next);
  int view = path_redirected(read->key) ? read->view : 0;
  json_t *row = is && becomes
                    ? json_pack("{s:s, s:s, s:i, s:s, s:s?, s:s, s:b}", "file", file->path, "key", read->key,
                                "view", view, "name", read->name, "now", untold ? NULL : is, "next", becomes,
                                "same", !untold && value_equal(now, next))
                    : NULL;
  free(is);
  free(becomes);
  return row && json_array_append_new(self->rows, row) == 0 ? TLSMEND_OK : error_no_memory(error);
}

int session_policy_values(const tlsmend_session *self, const plan_reads *reads, json_t **out,
                          tlsmend_error *error) {
  policy_files files = {0};
  plan_lines doubts = {0};
  *out = json_array();
  int code = *out ? policy_files_read(self, &files, &doubts, error) : error_no_memory(error);
  if (code == TLSMEND_OK)
    code = each_foreseen(&files, reads, list_value, &(listing){self->machine, *out}, error);
  policy_files_clear(&files);
  plan_lines_clear(&doubts);
  return code;
}
