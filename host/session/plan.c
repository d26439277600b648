/* `tlsmend plan`: runbooks by their names, with the parameters that are given. */
#include "session/plan.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "machine/machine.h"
#include "machine/overlay.h"
#include "machine/sim/sim.h"
#include "os/os.h"
#include "session/agreement.h"
#include "session/session.h"

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
  const declared_param *param = header_param(script_header(runbook), name);
  if (param && param->type == PARAM_TYPE_PATH && *text) {
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

int tlsmend_plan_make(tlsmend_session *self, const char *const *runbooks, size_t runbook_count,
                      const char *const *params, size_t param_count, tlsmend_plan **out,
                      tlsmend_error *error) {
  assert(self && runbooks && out);
  *out = NULL;
  runbook_set set = {0};
  tlsmend_plan *plan = NULL;
  tlsmend_machine *overlay = NULL;
  size_t last = 0;
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
    size_t taken = overlay_taken(overlay);
    code = session_run_one(self, overlay, plan, set.items[i], error);
    if (overlay_taken(overlay) > taken)
      last = i;
    if (code == TLSMEND_OK && !plan->runbooks[i].builtin)
      plan->runbooks[i].signature = source_verdict(set.sources.items[i]);
  }
  if (code == TLSMEND_OK)
    code = session_check_agreement(self, overlay, &(planned){plan, &set.sources}, last, error);
  machine_close(overlay);
  close_all(&set);
  return session_plan_finish(self, code, plan, out, error);
}
