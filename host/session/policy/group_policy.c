/*
 * Will it stick? Marks changes of values that somebody else sets again: Group Policy by a policy key, by the
 * registry.pol that lies on the machine, or by a policy value that overrides the one that is written.
 */
#include "session/policy/group_policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/unicode.h"
#include "machine/machine.h"
#include "os/os.h"
#include "plan/plan.h"
#include "registry/path.h"
#include "registry/polfile.h"
#include "registry/value.h"

#define COMES_BACK "comes back at the next refresh of policy, every 90 to 120 minutes and at every start"

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

typedef struct pol_search {
  tlsmend_plan *plan;
  const char *root, *path;
} pol_search;

static int match_entry(void *data, const char *key, const char *name, const tlsmend_value *value) {
  pol_search *search = data;
  char full[1200], text[700];
  if (snprintf(full, sizeof full, "%s\\%s", search->root, key) >= (int)sizeof full)
    return TLSMEND_OK;
  snprintf(text, sizeof text, "set by Group Policy (%.500s), and " COMES_BACK, search->path);
  for (size_t i = 0; i < search->plan->change_count; i++) {
    tlsmend_change *change = &search->plan->changes[i];
    if (!change->name || !unicode_name_equal(change->key, full) || !pol_concerns(name, value, change->name))
      continue;
    int code = set_owner(change, text, NULL);
    if (code != TLSMEND_OK)
      return code;
  }
  return TLSMEND_OK;
}

int session_mark_file(tlsmend_plan *plan, const char *root, const char *path, tlsmend_error *error) {
  enum { POL_MOST = 16 * 1024 * 1024 };
  char *bytes = NULL, line[700];
  size_t size = 0;
  tlsmend_error inner = {0, ""};
  pol_search search = {plan, root, path};
  int code = os_file_read(path, POL_MOST, &bytes, &size, &inner);
  if (code == TLSMEND_E_ABSENT)
    return TLSMEND_OK;
  if (code == TLSMEND_OK)
    code = pol_read(path, bytes, size, match_entry, &search, &inner);
  free(bytes);
  if (code == TLSMEND_OK || code == TLSMEND_E_MEMORY)
    return code;
  snprintf(line, sizeof line, "whether Group Policy sets one of these values again: %.600s", inner.text);
  return plan_lines_add(&plan->findings, line, error);
}

/* Where Windows keeps what policies have set: the local one, and all that were applied to this computer. */
static int mark_live(tlsmend_plan *plan, tlsmend_error *error) {
  char *places[] = {os_system_path("System32\\GroupPolicy\\Machine\\Registry.pol"),
                    os_common_path("ntuser.pol")};
  int code = TLSMEND_OK;
  for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
    if (code == TLSMEND_OK && places[i])
      code = session_mark_file(plan, "HKLM", places[i], error);
    free(places[i]);
  }
  return code;
}

int session_mark_owners(const tlsmend_session *self, tlsmend_plan *plan, tlsmend_error *error) {
  int code = TLSMEND_OK;
  for (size_t i = 0; code == TLSMEND_OK && i < plan->change_count; i++) {
    tlsmend_change *change = &plan->changes[i];
    if (!change->name)
      continue;
    code = mark_policy_key(change, error);
    if (code == TLSMEND_OK)
      code = mark_twin(self->machine, plan, change, error);
  }
  return code == TLSMEND_OK && self->backend->here ? mark_live(plan, error) : code;
}
