/* Planning: runbooks on a guard on an overlay on the machine. The same code plans, checks after an apply, and verifies. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "plan/change.h"
#include "registry/value.h"
#include "machine/guard.h"
#include "machine/machine.h"
#include "machine/overlay.h"
#include "machine/sim/sim.h"
#include "os/os.h"
#include "session/session.h"
#include "signing/trust_store.h"

/* Where the lines of a runbook go, without secrets. */
typedef struct lines {
  const tlsmend_session *session;
  tlsmend_plan *plan;
} lines;

static int add_masked(const lines *self, const char *text,
                      int (*add)(tlsmend_plan *plan, const char *text, tlsmend_error *error),
                      tlsmend_error *error) {
  char *masked = secrets_mask(&self->session->hidden, text);
  int code = masked ? add(self->plan, masked, error) : error_no_memory(error);
  free(masked);
  return code;
}

static int on_unknown(void *data, const char *text, tlsmend_error *error) {
  return add_masked(data, text, plan_unknown_add, error);
}
static int on_finding(void *data, const char *text, tlsmend_error *error) {
  return add_masked(data, text, plan_finding_add, error);
}

/* Who plans, where, and a number by which this plan is known again. */
static bool sign_in(tlsmend_plan *plan) {
  unsigned char chance[16];
  char user[128], host[128];
  os_random(chance, sizeof chance);
  os_person(user, host);
  plan->id = malloc(2 * sizeof chance + 1);
  plan->user = strdup(user);
  plan->host = strdup(host);
  for (size_t i = 0; plan->id && i < sizeof chance; i++)
    snprintf(plan->id + 2 * i, 3, "%02x", chance[i]);
  return plan->id && plan->user && plan->host;
}

void session_guid(tlsmend_machine *machine, char out[48]) {
  tlsmend_value value = {0};
  if (machine_value_get(machine, "HKLM\\SOFTWARE\\Microsoft\\Cryptography", 0, "MachineGuid", &value, NULL) !=
      TLSMEND_OK)
    return;
  char *text = value_text(&value);
  if (text && strlen(text) < 48)
    memcpy(out, text, strlen(text) + 1);
  free(text);
  tlsmend_value_clear(&value);
}

int session_plan_new(tlsmend_session *self, tlsmend_plan **out, tlsmend_error *error) {
  const tlsmend_system *system = NULL;
  int code = machine_system(self->machine, &system, error);
  tlsmend_plan *plan = code == TLSMEND_OK ? plan_new() : NULL;
  *out = plan;
  if (code != TLSMEND_OK)
    return code;
  if (!plan)
    return error_no_memory(error);
  char now[32];
  os_time_print(os_time(), now);
  plan->system = *system;
  plan->machine = strdup(self->spec);
  plan->created = strdup(now);
  plan->tool = strdup("tlsmend " TLSMEND_VERSION);
  session_guid(self->machine, plan->guid);
  return plan->machine && plan->created && plan->tool && sign_in(plan) ? TLSMEND_OK : error_no_memory(error);
}

/* A copy of a text of the header. */
static char *header_text(const json_t *header, const char *name) {
  const char *text = json_string_value(json_object_get(header, name));
  return strdup(text ? text : "");
}

/* The names of the parameters that are secrets; NULL if none is. A default stands in the runbook for everybody to read. */
static json_t *secret_names(const json_t *params, const json_t *values) {
  json_t *names = NULL;
  for (size_t i = 0; i < json_array_size(params); i++) {
    const json_t *param = json_array_get(params, i);
    const char *name = json_string_value(json_object_get(param, "name"));
    if (!json_is_true(json_object_get(param, "secret")) ||
        json_equal(json_object_get(values, name), json_object_get(param, "default")))
      continue;
    if (!names)
      names = json_array();
    json_array_append(names, json_object_get(param, "name"));
  }
  return names;
}

/* The modules of its own that a runbook has; NULL if it has none. */
static json_t *own_files(const json_t *header) {
  json_t *files = json_object_get(header, "files");
  return json_array_size(files) ? json_incref(files) : NULL;
}

/* Enters a runbook into the plan. */
static plan_runbook *enter(tlsmend_plan *plan, const script_runbook *runbook, tlsmend_error *error) {
  const json_t *header = script_header(runbook);
  plan_runbook *grown = realloc(plan->runbooks, (plan->runbook_count + 1) * sizeof *grown);
  if (!grown) {
    error_no_memory(error);
    return NULL;
  }
  plan->runbooks = grown;
  plan_runbook *row = &grown[plan->runbook_count++];
  *row = (plan_runbook){.id = header_text(header, "id"),
                        .version = header_text(header, "version"),
                        .title = header_text(header, "title"),
                        .source = header_text(header, "source"),
                        .sha256 = header_text(header, "sha256"),
                        .builtin = json_is_true(json_object_get(header, "builtin")),
                        .params = script_params(runbook),
                        .references = json_incref(json_object_get(header, "references")),
                        .files = own_files(header)};
  row->secrets = secret_names(json_object_get(header, "params"), row->params);
  row->effect = session_effect(header, row->params);
  if (row->id && row->version && row->title && row->source && row->sha256 && row->params && row->references)
    return row;
  error_no_memory(error);
  return NULL;
}

static int open_keys(void *data, trust_store *out, tlsmend_error *error) {
  const tlsmend_session *self = data;
  return trust_open(self->trust, out, error);
}

/* Masks a text in its place. */
static int mask(const tlsmend_session *self, char **text, tlsmend_error *error) {
  char *masked = *text ? secrets_mask(&self->hidden, *text) : NULL;
  if (*text && !masked)
    return error_no_memory(error);
  free(*text);
  *text = masked;
  return TLSMEND_OK;
}

/* What a runbook has made of its secrets: a value that holds one is one, in a reason it is masked. Names stay what they are. */
static int keep_secrets(const tlsmend_session *self, tlsmend_plan *plan, plan_runbook *row,
                        tlsmend_error *error) {
  int code = mask(self, &row->reason, error);
  for (size_t i = 0; code == TLSMEND_OK && self->hidden.count && i < plan->change_count; i++) {
    tlsmend_change *change = &plan->changes[i];
    code = mask(self, &change->why, error);
    change->secret = change->secret || secrets_within(&self->hidden, &change->before) ||
                     secrets_within(&self->hidden, &change->after);
  }
  return code;
}

static int run_one(tlsmend_session *self, tlsmend_machine *overlay, tlsmend_plan *plan,
                   script_runbook *runbook, tlsmend_error *error) {
  guard_trust trust = {open_keys, self};
  lines lines = {self, plan};
  script_sink sink = {on_unknown, on_finding, &lines};
  plan_runbook *row = enter(plan, runbook, error);
  if (!row)
    return TLSMEND_E_MEMORY;
  overlay_set_runbook(overlay, json_string_value(json_object_get(script_header(runbook), "id")));
  int code = session_hide(self, plan, error);
  if (code == TLSMEND_OK)
    code = script_run(runbook, &(script_ground){overlay, &trust, &sink}, &row->applies, &row->reason, error);
  if (code == TLSMEND_OK)
    code = keep_secrets(self, plan, row, error);
  else
    secrets_mask_error(&self->hidden, error);
  overlay_set_runbook(overlay, NULL);
  return code;
}

typedef struct runbook_set {
  source_set sources;
  script_runbook **items; /* one for each source */
  size_t count;
} runbook_set;

static void close_all(runbook_set *set) {
  for (size_t i = 0; i < set->count; i++)
    script_close(set->items[i]);
  free(set->items);
  source_set_clear(&set->sources);
}

static int open_one(const tlsmend_session *self, const source *source, runbook_set *set,
                    tlsmend_error *error) {
  script_options options = source_options(&self->script, source);
  script_runbook **items = realloc(set->items, (set->count + 1) * sizeof *items);
  if (!items)
    return error_no_memory(error);
  set->items = items;
  int code = script_open(&options, source->name, &items[set->count], error);
  if (code != TLSMEND_OK)
    return code;
  set->count++;
  return source_set_add(&set->sources, source, error);
}

static int open_all(const tlsmend_session *self, const char *const *names, size_t count, runbook_set *out,
                    tlsmend_error *error) {
  source_terms terms = {.trust = self->trust};
  *out = (runbook_set){0};
  int code = source_set_begin(&out->sources, count, error);
  for (size_t i = 0; code == TLSMEND_OK && i < count; i++) {
    source_list *list = &out->sources.lists[out->sources.list_count++];
    code = sources_open(&terms, names[i], list, error);
    for (size_t j = 0; code == TLSMEND_OK && j < list->count; j++)
      code = open_one(self, &list->items[j], out, error);
  }
  return code;
}

/* Sets a parameter from its text. A path keeps its meaning when the run goes on from another folder. */
static int set_text(script_runbook *runbook, const char *name, const char *text, tlsmend_error *error) {
  const json_t *params = json_object_get(script_header(runbook), "params");
  for (size_t i = 0; i < json_array_size(params); i++) {
    const json_t *param = json_array_get(params, i);
    if (strcmp(json_string_value(json_object_get(param, "name")), name) != 0 ||
        strcmp(json_string_value(json_object_get(param, "type")), "path") != 0 || !*text)
      continue;
    char *path = os_path_absolute(text);
    int code = path ? script_param(runbook, name, path, error) : error_no_memory(error);
    free(path);
    return code;
  }
  return script_param(runbook, name, text, error);
}

int session_check_params(const char *const *params, size_t count, tlsmend_error *error) {
  for (size_t i = 0; i < count; i++) {
    size_t length = strcspn(params[i], "=");
    if (!length || !params[i][length])
      return tlsmend_error_set(error, TLSMEND_E_USAGE,
                               "what -p says is not a parameter (number %zu): write -p NAME=VALUE", i + 1);
    for (size_t j = 0; j < i; j++)
      if (strncmp(params[i], params[j], length + 1) == 0)
        return tlsmend_error_set(error, TLSMEND_E_USAGE,
                                 "the parameter %.*s is given twice; keep one of them", (int)length,
                                 params[i]);
  }
  return TLSMEND_OK;
}

int session_no_param(const char *param, tlsmend_error *error) {
  return tlsmend_error_set(error, TLSMEND_E_USAGE,
                           "none of these runbooks has a parameter %.*s: `tlsmend show RUNBOOK` lists them",
                           (int)strcspn(param, "="), param);
}

/* Hands "name=value" to every runbook that has such a parameter. */
static int set_param(const runbook_set *set, const char *param, tlsmend_error *error) {
  size_t length = strcspn(param, "=");
  char *name = strdup(param);
  if (!name)
    return error_no_memory(error);
  name[length] = 0;
  bool taken = false;
  int code = TLSMEND_OK;
  for (size_t i = 0; code == TLSMEND_OK && i < set->count; i++) {
    code = set_text(set->items[i], name, param + length + 1, error);
    if (code == TLSMEND_OK)
      taken = true;
    if (code == TLSMEND_E_ABSENT)
      code = TLSMEND_OK;
  }
  if (code == TLSMEND_OK && !taken)
    code = session_no_param(name, error);
  free(name);
  return code;
}

static int finish(tlsmend_session *self, tlsmend_plan *plan, tlsmend_error *error) {
  plan_close(plan);
  return session_mark_owners(self, plan, error);
}

/* What was given again for a secret that a saved plan does not hold; NULL if nothing. */
static const char *given_again(const tlsmend_session *self, const char *param) {
  size_t length = strlen(param);
  for (size_t i = 0; i < self->given_count; i++)
    if (strncmp(self->given[i], param, length) == 0 && self->given[i][length] == '=')
      return self->given[i] + length + 1;
  return NULL;
}

/* A parameter as the plan has it, by its type. */
static int set_again(const tlsmend_session *self, script_runbook *runbook, const char *param, json_t *value,
                     tlsmend_error *error) {
  const char *text = given_again(self, param);
  if (json_is_null(value))
    return TLSMEND_OK;
  if (!json_is_object(value))
    return script_param_value(runbook, param, value, error);
  return text ? script_param(runbook, param, text, error)
              : tlsmend_error_set(error, TLSMEND_E_PLAN,
                                  "a saved plan does not hold the secret '%s': give it again, -p %s=VALUE",
                                  param, param);
}

/* Opens a runbook of a plan with the text that the plan was made with, and its parameters. */
static int open_again(const tlsmend_session *self, const plan_runbook *row, const source *source,
                      script_runbook **out, tlsmend_error *error) {
  script_options quiet = source_options(&self->script, source);
  quiet.log = NULL; /* what a runbook logs was said when it was planned */
  if (row->builtin)
    quiet.library = NULL; /* it was none then, whatever has been put there since */
  int code = script_open(&quiet, source->name, out, error);
  const char *param;
  json_t *value;
  json_object_foreach(row->params, param, value) {
    if (code == TLSMEND_OK)
      code = set_again(self, *out, param, value, error);
  }
  return code;
}

/* What runbooks want of the machine as the whole plan leaves it. A runbook that converges alone and yet wants something here has
 * been contradicted, also where the change of one is undone by the other, so that the plan shows neither. */
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

/* A plan and the texts that it was made with. */
typedef struct planned {
  tlsmend_plan *plan;
  const source_set *sources;
} planned;

/* Runs each runbook once more, on what all of them together leave, as the check after an apply does. A runbook that fails there
 * is not judged: that check will. */
static int run_second(tlsmend_session *self, tlsmend_machine *overlay, const planned *first,
                      tlsmend_plan *second, tlsmend_error *error) {
  const tlsmend_plan *plan = first->plan;
  wishes wishes = {0};
  int code = TLSMEND_OK;
  bool runs = true;
  for (size_t i = 0; code == TLSMEND_OK && runs && i < plan->runbook_count; i++) {
    script_runbook *runbook = NULL;
    tlsmend_error ignored;
    runs = open_again(self, &plan->runbooks[i], first->sources->items[i], &runbook, &ignored) == TLSMEND_OK &&
           run_one(self, overlay, second, runbook, &ignored) == TLSMEND_OK;
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

/* E_REFUSED names two runbooks, the key and the value. */
static int check_agreement(tlsmend_session *self, tlsmend_machine *overlay, const planned *first,
                           tlsmend_error *error) {
  tlsmend_plan *second = NULL;
  tlsmend_machine *above = NULL;
  if (plan_applying_count(first->plan) < 2)
    return TLSMEND_OK;
  int code = session_plan_new(self, &second, error);
  if (code == TLSMEND_OK)
    code = overlay_open(overlay, second, &above, error);
  if (code == TLSMEND_OK) {
    overlay_set_plan(overlay, second); /* what is read for this is no ground of the plan */
    code = run_second(self, above, first, second, error);
    overlay_set_plan(overlay, first->plan);
  }
  machine_close(above);
  tlsmend_plan_free(second);
  return code;
}

int tlsmend_plan_make(tlsmend_session *self, const char *const *runbooks, size_t runbook_count,
                      const char *const *params, size_t param_count, tlsmend_plan **out,
                      tlsmend_error *error) {
  assert(self && runbooks && out);
  *out = NULL;
  runbook_set set = {0};
  tlsmend_plan *plan = NULL;
  tlsmend_machine *overlay = NULL;
  if (!runbook_count) /* an empty plan would say that all is well */
    return tlsmend_error_set(error, TLSMEND_E_USAGE, "a plan needs a runbook: none was named");
  int code = session_check_params(params, param_count, error);
  if (code == TLSMEND_OK)
    code = sim_reread(self->machine, error);
  if (code == TLSMEND_OK)
    code = open_all(self, runbooks, runbook_count, &set, error);
  for (size_t i = 0; code == TLSMEND_OK && i < param_count; i++)
    code = set_param(&set, params[i], error);
  if (code == TLSMEND_OK)
    code = session_plan_new(self, &plan, error);
  if (code == TLSMEND_OK)
    code = overlay_open(self->machine, plan, &overlay, error);
  for (size_t i = 0; code == TLSMEND_OK && i < set.count; i++) {
    code = run_one(self, overlay, plan, set.items[i], error);
    if (code == TLSMEND_OK && !plan->runbooks[i].builtin)
      plan->runbooks[i].signature = source_verdict(set.sources.items[i]);
  }
  if (code == TLSMEND_OK)
    code = check_agreement(self, overlay, &(planned){plan, &set.sources}, error);
  machine_close(overlay);
  close_all(&set);
  if (code == TLSMEND_OK)
    code = finish(self, plan, error);
  if (code == TLSMEND_OK) {
    *out = plan;
  } else {
    tlsmend_plan_free(plan);
  }
  return code;
}

/* What is done with the runbooks of a plan, or only with those that apply. */
typedef struct again {
  int (*fn)(tlsmend_session *self, tlsmend_machine *overlay, tlsmend_plan *plan, script_runbook *runbook,
            tlsmend_error *error);
  bool applying;
} again;

/* Opens each runbook of `old` and hands it over, on a fresh overlay. */
static int each_of(tlsmend_session *self, const planned *old, again again, tlsmend_plan **out,
                   tlsmend_error *error) {
  tlsmend_plan *plan = NULL;
  tlsmend_machine *overlay = NULL;
  *out = NULL;
  int code = session_plan_new(self, &plan, error);
  if (code == TLSMEND_OK)
    code = overlay_open(self->machine, plan, &overlay, error);
  for (size_t i = 0; code == TLSMEND_OK && i < old->plan->runbook_count; i++) {
    script_runbook *runbook = NULL;
    if (again.applying && !old->plan->runbooks[i].applies)
      continue;
    code = open_again(self, &old->plan->runbooks[i], old->sources->items[i], &runbook, error);
    self->asked = code == TLSMEND_OK;
    if (code == TLSMEND_OK)
      code = again.fn(self, overlay, plan, runbook, error);
    if (runbook && script_unreached(runbook, code))
      self->asked = false;
    script_close(runbook);
  }
  machine_close(overlay);
  if (code == TLSMEND_OK)
    code = finish(self, plan, error);
  if (code == TLSMEND_OK) {
    *out = plan;
  } else {
    tlsmend_plan_free(plan);
  }
  return code;
}

/* The texts are those of the run; where there is no run, they are read and compared first. */
static int each_again(tlsmend_session *self, const tlsmend_plan *old, again again, tlsmend_plan **out,
                      tlsmend_error *error) {
  source_terms terms = {.unjudged = true}; /* the digests are those of what was judged */
  source_set read = {0};
  planned planned = {(tlsmend_plan *)(uintptr_t)old, self->texts ? self->texts : &read};
  self->asked = false;
  int code = self->texts ? TLSMEND_OK : sources_take(&self->script, &terms, old, &read, error);
  *out = NULL;
  if (code == TLSMEND_OK && planned.sources->count != old->runbook_count)
    code = tlsmend_error_set(error, TLSMEND_E_REFUSED, "the texts of its runbooks are not at hand");
  if (code == TLSMEND_OK)
    code = each_of(self, &planned, again, out, error);
  source_set_clear(&read);
  return code;
}

int session_plan_again(tlsmend_session *self, const tlsmend_plan *plan, tlsmend_plan **out,
                       tlsmend_error *error) {
  return each_again(self, plan, (again){run_one, false}, out, error);
}

static int verify_one(tlsmend_session *self, tlsmend_machine *overlay, tlsmend_plan *plan,
                      script_runbook *runbook, tlsmend_error *error) {
  guard_trust trust = {open_keys, self};
  lines lines = {self, plan};
  script_sink sink = {on_unknown, on_finding, &lines};
  int code = script_verify(runbook, &(script_ground){overlay, &trust, &sink}, error);
  if (json_object_get(script_header(runbook), "verifies"))
    self->by_effect = self->by_effect && code == TLSMEND_OK && script_answered(runbook);
  if (code != TLSMEND_OK)
    secrets_mask_error(&self->hidden, error);
  return code;
}

/* What verify could not tell, such as the answer of a server, is in no plan that anybody reads. */
static void tell_doubts(const tlsmend_session *self, const tlsmend_plan *verified) {
  for (size_t i = 0; i < verified->unknown_count; i++)
    session_tell(self, TLSMEND_EVENT_WARNING, "cannot tell: %s", verified->unknowns[i]);
  for (size_t i = 0; i < verified->finding_count; i++)
    session_tell(self, TLSMEND_EVENT_WARNING, "%s", verified->findings[i]);
}

int session_verify(tlsmend_session *self, const tlsmend_plan *plan, bool *sure, tlsmend_error *error) {
  tlsmend_plan *verified = NULL;
  json_t *keepers = plan_keepers(plan);
  self->by_effect = keepers != NULL;
  int code = each_again(self, plan, (again){verify_one, true}, &verified, error);
  if (code == TLSMEND_OK)
    tell_doubts(self, verified);
  if (sure)
    *sure = code == TLSMEND_OK && self->by_effect && !verified->unknown_count;
  json_decref(keepers);
  tlsmend_plan_free(verified);
  return code;
}
