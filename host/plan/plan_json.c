/* The JSON of a plan: what `plan -o` writes, `apply --plan` reads and the journal holds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/error.h"
#include "plan/change.h"
#include "plan/plan.h"
#include "plan/secrets.h"
#include "registry/tree.h"
#include "base/names_json.h"
#include "registry/value.h"

#define UNKNOWN "unknown" /* as an answer: the machine cannot tell */

static const char *read_kind_name(plan_read_kind kind) {
  switch (kind) {
#define CASE(name, text)                                                                                     \
  case PLAN_READ_##name:                                                                                     \
    return text;
    PLAN_READ_KINDS(CASE)
#undef CASE
  }
  return "?";
}

static const char *product_type_name(int type) {
  static const char *const names[] = {"unknown", "workstation", "domain-controller", "server"};
  return type >= 0 && type <= 3 ? names[type] : names[0];
}

static json_t *text_or_null(const char *text) { return text && *text ? json_string(text) : json_null(); }

static json_t *machine_to_json(const tlsmend_plan *plan) {
  const tlsmend_system *system = &plan->system;
  char nt[32];
  snprintf(nt, sizeof nt, "%u.%u", system->major, system->minor);
  return json_pack(
      "{s:s, s:s, s:o, s:s, s:s, s:i, s:o, s:i, s:s, s:s, s:s, s:s}", "spec", plan->machine, "computer",
      system->computer, "guid", text_or_null(plan->guid), "product", system->product, "nt", nt, "build",
      (int)system->build, "revision", system->revision < 0 ? json_null() : json_integer(system->revision),
      "service_pack", (int)system->service_pack, "product_type", product_type_name(system->product_type),
      "edition", system->edition, "release", system->release, "architecture", system->architecture);
}

/* What a plan for people holds back; NULL: nothing, for the journal. */
typedef struct hiding {
  secrets texts; /* the secret parameters */
  tree *places;  /* of the values that are written as secrets, below their view */
} hiding;

static void place_print(const char *key, int view, char **out) {
  size_t room = strlen(key) + 8;
  *out = malloc(room);
  if (*out)
    snprintf(*out, room, "%d\\%s", view, key);
}

/* False: out of memory. */
static bool hiding_add(hiding *self, const tlsmend_change *change) {
  tlsmend_value none = {0};
  char *place = NULL;
  place_print(change->key, change->view, &place);
  tree_key *key = place ? tree_make(self->places, place) : NULL;
  free(place);
  return key && tree_value_put(key, change->name, &none);
}

static bool hiding_open(const tlsmend_plan *plan, hiding *out) {
  *out = (hiding){.places = tree_new()};
  bool good = out->places && plan_hide(plan, &out->texts);
  for (size_t i = 0; good && i < plan->change_count; i++)
    if (plan->changes[i].secret && plan->changes[i].name)
      good = hiding_add(out, &plan->changes[i]);
  return good;
}

static void hiding_close(hiding *self) {
  secrets_clear(&self->texts);
  tree_free(self->places);
}

static bool hides_read(const hiding *self, const plan_read *read, const tlsmend_value *value) {
  char *place = NULL;
  place_print(read->key, read->view, &place);
  const tree_key *key = place ? tree_find(self->places, place) : NULL;
  free(place);
  return !place || (key && tree_value_find(key, read->name)) || secrets_within(&self->texts, value);
}

static json_t *params_to_json(const plan_runbook *runbook, const hiding *hiding) {
  static const param_value hidden = {.kind = PARAM_HIDDEN};
  json_t *json = json_object();
  for (size_t i = 0; i < runbook->param_count; i++) {
    const plan_param *param = &runbook->params[i];
    bool hides = hiding && param->secret && param->value.kind != PARAM_NONE;
    json_object_set_new(json, param->name, param_value_to_json(hides ? &hidden : &param->value));
  }
  return json;
}

static json_t *secrets_to_json(const plan_runbook *runbook) {
  json_t *json = json_array();
  for (size_t i = 0; i < runbook->param_count; i++)
    if (runbook->params[i].secret)
      json_array_append_new(json, json_string(runbook->params[i].name));
  return json;
}

/* A member that is not there if it is empty. Takes the list over. */
static void put_list(json_t *json, const char *name, json_t *list) {
  if (json_array_size(list))
    json_object_set(json, name, list);
  json_decref(list);
}

static json_t *answer_to_json(const plan_read *read, const hiding *hiding) {
  const plan_answer *answer = &read->answer;
  bool hides = hiding && read->kind == PLAN_READ_VALUE && answer->found == PLAN_PRESENT &&
               hides_read(hiding, read, &answer->value);
  return hides ? change_value_hidden(&answer->value) : plan_answer_to_json(read->kind, answer);
}

static json_t *runbook_to_json(const plan_runbook *runbook, const hiding *hiding) {
  json_t *json =
      json_pack("{s:s, s:s, s:s, s:s, s:b, s:s, s:b, s:o, s:o, s:o}", "id", runbook->id, "version",
                runbook->version, "title", runbook->title, "source", runbook->source, "builtin",
                runbook->builtin, "sha256", runbook->sha256, "applies", runbook->applies, "reason",
                runbook->reason ? json_string(runbook->reason) : json_null(), "params",
                params_to_json(runbook, hiding), "references", name_list_to_json(&runbook->references));
  put_list(json, "secret_params", secrets_to_json(runbook));
  if (json && runbook->files)
    json_object_set(json, "files", runbook->files);
  put_list(json, "verifies", name_list_to_json(&runbook->effect));
  if (json && runbook->signature)
    json_object_set(json, "signature", runbook->signature);
  return json;
}

json_t *plan_answer_to_json(plan_read_kind kind, const plan_answer *answer) {
  char version[32];
  if (kind == PLAN_READ_KEY)
    return json_boolean(answer->found == PLAN_PRESENT);
  if (answer->found == PLAN_ABSENT)
    return json_null();
  if (answer->found == PLAN_UNKNOWN)
    return json_string(UNKNOWN);
  if (kind == PLAN_READ_VALUE)
    return answer->found == PLAN_HIDDEN ? change_value_hidden(&answer->value) : value_to_json(&answer->value);
  if (kind != PLAN_READ_FILE)
    return name_list_to_json(&answer->names);
  version_print(answer->version, version);
  return json_string(version);
}

static json_t *read_to_json(const plan_read *read, const hiding *hiding) {
  json_t *json =
      json_pack("{s:s, s:s, s:i}", "kind", read_kind_name(read->kind), "key", read->key, "view", read->view);
  if (read->name)
    json_object_set_new(json, "name", json_string(read->name));
  json_object_set_new(json, "answer", answer_to_json(read, hiding));
  return json;
}

/* What `rollback` will not take back. */
static json_t *irreversible_to_json(const tlsmend_plan *plan) {
  json_t *array = json_array();
  for (size_t i = 0; i < plan->change_count && !plan->removes_updates; i++)
    if (plan->changes[i].kind == TLSMEND_CHANGE_UPDATE_INSTALL)
      json_array_append_new(array,
                            json_sprintf("%s stays installed after a rollback", plan->changes[i].update.kb));
  return array;
}

/* SHA-256 of the object without its checksum: no signature, but an edit shows. */
static json_t *checksum_of(const json_t *json) {
  char hex[DIGEST_ROOM];
  json_t *rest = json_copy((json_t *)json);
  json_object_del(rest, "checksum");
  char *text = rest ? json_dumps(rest, JSON_COMPACT) : NULL;
  json_decref(rest);
  if (!text)
    return NULL;
  digest_sha256(text, strlen(text), hex);
  free(text);
  return json_string(hex);
}

/* A machine that no runbook is made for has not been found to be as it should be. */
static const char *result_name(const tlsmend_plan *plan) {
  if (plan->change_count)
    return "changes";
  return plan->runbook_count && !plan_applying_count(plan) ? "not-applicable" : "compliant";
}

static json_t *to_json(const tlsmend_plan *plan, const hiding *hiding) {
  json_t *runbooks = json_array(), *changes = json_array(), *reads = json_array();
  for (size_t i = 0; i < plan->runbook_count; i++)
    json_array_append_new(runbooks, runbook_to_json(&plan->runbooks[i], hiding));
  for (size_t i = 0; i < plan->change_count; i++)
    json_array_append_new(changes, change_to_json(&plan->changes[i], !hiding));
  for (size_t i = 0; i < plan->reads.count; i++)
    json_array_append_new(reads, read_to_json(&plan->reads.items[i], hiding));
  json_t *json = json_pack(
      "{s:s, s:o, s:o, s:o, s:{s:o, s:o}, s:o, s:o, s:o, s:I, s:b, s:o, s:o, s:o, s:o, s:s}", "schema",
      PLAN_SCHEMA, "id", text_or_null(plan->id), "created", text_or_null(plan->created), "tool",
      text_or_null(plan->tool), "by", "user", text_or_null(plan->user), "host", text_or_null(plan->host),
      "machine", machine_to_json(plan), "runbooks", runbooks, "changes", changes, "reboots",
      (json_int_t)plan_reboot_count(plan), "reboot_pending", plan->reboot_pending, "irreversible",
      irreversible_to_json(plan), "unknowns", name_list_to_json(&plan->unknowns.list), "findings",
      name_list_to_json(&plan->findings.list), "reads", reads, "result", result_name(plan));
  if (json && plan->picture)
    json_object_set(json, "picture", plan->picture);
  json_t *checksum = json ? checksum_of(json) : NULL;
  if (checksum)
    json_object_set_new(json, "checksum", checksum);
  return json;
}

json_t *plan_to_json(const tlsmend_plan *plan) {
  hiding hiding;
  json_t *json = hiding_open(plan, &hiding) ? to_json(plan, &hiding) : NULL;
  hiding_close(&hiding);
  return json;
}

json_t *plan_to_json_clear(const tlsmend_plan *plan) { return to_json(plan, NULL); }

static json_t *decision(const tlsmend_plan *plan, bool clear) {
  static const char *const header[] = {"id", "created", "tool", "by", "machine", "picture", "checksum"};
  json_t *json = clear ? plan_to_json_clear(plan) : plan_to_json(plan);
  for (size_t i = 0; json && i < sizeof header / sizeof header[0]; i++)
    json_object_del(json, header[i]);
  size_t index;
  json_t *runbook;
  json_array_foreach(json_object_get(json, "runbooks"), index, runbook) {
    json_object_del(runbook, "signature"); /* another machine has another trust store */
  }
  return json;
}

bool plan_same(const tlsmend_plan *a, const tlsmend_plan *b) {
  bool clear = !a->withheld && !b->withheld;
  json_t *one = decision(a, clear), *other = decision(b, clear);
  bool same = one && other && json_equal(one, other);
  json_decref(one);
  json_decref(other);
  return same;
}

/* A copy of a string member; NULL if it is missing, no string, or has NULs. */
static char *text_of(const json_t *json, const char *name) {
  const json_t *member = json_object_get(json, name);
  if (!json_is_string(member) || strlen(json_string_value(member)) != json_string_length(member))
    return NULL;
  return strdup(json_string_value(member));
}

static bool fill(char *out, size_t room, const json_t *json, const char *name) {
  const char *text = json_string_value(json_object_get(json, name));
  if (!text || strlen(text) >= room)
    return false;
  memcpy(out, text, strlen(text) + 1);
  return true;
}

static bool machine_from_json(const json_t *json, tlsmend_plan *plan) {
  tlsmend_system *system = &plan->system;
  const char *nt = json_string_value(json_object_get(json, "nt"));
  const char *type = json_string_value(json_object_get(json, "product_type"));
  const json_t *revision = json_object_get(json, "revision");
  if (!nt || sscanf(nt, "%u.%u", &system->major, &system->minor) != 2 || !type)
    return false;
  for (int i = 0; i <= 3; i++)
    if (strcmp(type, product_type_name(i)) == 0)
      system->product_type = i;
  system->build = (uint32_t)json_integer_value(json_object_get(json, "build"));
  system->service_pack = (uint32_t)json_integer_value(json_object_get(json, "service_pack"));
  system->revision = json_is_integer(revision) ? json_integer_value(revision) : -1;
  plan->machine = text_of(json, "spec");
  const json_t *guid = json_object_get(json, "guid");
  return plan->machine && (json_is_null(guid) || fill(plan->guid, sizeof plan->guid, json, "guid")) &&
         fill(system->computer, sizeof system->computer, json, "computer") &&
         fill(system->product, sizeof system->product, json, "product") &&
         fill(system->edition, sizeof system->edition, json, "edition") &&
         fill(system->release, sizeof system->release, json, "release") &&
         fill(system->architecture, sizeof system->architecture, json, "architecture");
}

/* What is known of files and signature is shown to people: texts must be texts. */
static bool belongings_good(const plan_runbook *runbook) {
  size_t index;
  json_t *file;
  json_array_foreach(runbook->files, index, file) {
    if (!json_is_string(json_object_get(file, "name")) || !json_is_string(json_object_get(file, "sha256")))
      return false;
  }
  return (!runbook->files || json_is_array(runbook->files)) &&
         (!runbook->signature || json_is_string(json_object_get(runbook->signature, "state")));
}

static bool secret_from_json(const json_t *name, plan_runbook *out) {
  for (size_t i = 0; json_is_string(name) && i < out->param_count; i++)
    if (strcmp(out->params[i].name, json_string_value(name)) == 0) {
      out->params[i].secret = true;
      return true;
    }
  return false;
}

static bool params_from_json(const json_t *json, plan_runbook *out) {
  json_t *params = json_object_get(json, "params"), *value;
  const json_t *secret = json_object_get(json, "secret_params");
  const char *name;
  bool good = json_is_object(params);
  out->params = calloc(json_object_size(params) + 1, sizeof *out->params);
  json_object_foreach(params, name, value) {
    plan_param *param = out->params ? &out->params[out->param_count++] : NULL;
    good = good && param && (param->name = strdup(name)) && param_value_from_json(value, &param->value);
  }
  for (size_t i = 0; good && i < json_array_size(secret); i++)
    good = secret_from_json(json_array_get(secret, i), out);
  return good && out->params;
}

static bool runbook_from_json(const json_t *json, plan_runbook *out) {
  const json_t *effect = json_object_get(json, "verifies");
  out->id = text_of(json, "id");
  out->version = text_of(json, "version");
  out->title = text_of(json, "title");
  out->source = text_of(json, "source");
  out->sha256 = text_of(json, "sha256");
  out->reason = text_of(json, "reason");
  out->builtin = json_is_true(json_object_get(json, "builtin"));
  out->applies = json_is_true(json_object_get(json, "applies"));
  out->files = json_incref(json_object_get(json, "files"));
  out->signature = json_incref(json_object_get(json, "signature"));
  return out->id && out->version && out->title && out->source && out->sha256 && params_from_json(json, out) &&
         name_list_from_json(json_object_get(json, "references"), &out->references) &&
         (!effect || name_list_from_json(effect, &out->effect)) && belongings_good(out);
}

/* A value, or that there is one which is not said. */
static bool value_answer_from_json(const json_t *json, plan_answer *out, tlsmend_error *error) {
  const char *type = json_string_value(json_object_get(json, "type"));
  if (!change_hides(json)) {
    bool good = value_from_json(json, &out->value, error) == TLSMEND_OK;
    out->found = out->value.present ? PLAN_PRESENT : PLAN_ABSENT;
    return good;
  }
  out->found = PLAN_HIDDEN;
  out->value.present = true;
  return type && value_type_parse(type, &out->value.type);
}

static bool answer_from_json(const json_t *json, plan_read_kind kind, plan_answer *out,
                             tlsmend_error *error) {
  const char *text = json_string_value(json);
  if (kind == PLAN_READ_VALUE)
    return value_answer_from_json(json, out, error);
  out->found = json_is_false(json) || json_is_null(json) ? PLAN_ABSENT
               : text && strcmp(text, UNKNOWN) == 0      ? PLAN_UNKNOWN
                                                         : PLAN_PRESENT;
  if (kind == PLAN_READ_KEY)
    return json_is_boolean(json);
  if (out->found != PLAN_PRESENT)
    return !json_is_false(json);
  return kind == PLAN_READ_FILE ? text && version_parse(text, &out->version) && out->version
                                : name_list_from_json(json, &out->names);
}

static bool kind_from_json(const json_t *json, plan_read_kind *out) {
  const char *text = json_string_value(json);
  for (plan_read_kind kind = PLAN_READ_KEY; text && kind <= PLAN_READ_HOTFIXES; kind++)
    if (strcmp(text, read_kind_name(kind)) == 0) {
      *out = kind;
      return true;
    }
  return false;
}

static bool read_from_json(const json_t *json, tlsmend_plan *plan, tlsmend_error *error) {
  const json_t *said = json_object_get(json, "answer");
  plan_question question = {.key = json_string_value(json_object_get(json, "key")),
                            .view = (int)json_integer_value(json_object_get(json, "view")),
                            .name = json_string_value(json_object_get(json, "name"))};
  plan_answer answer = {0};
  if (!kind_from_json(json_object_get(json, "kind"), &question.kind) || !question.key || !said ||
      (question.kind == PLAN_READ_VALUE) != (question.name != NULL))
    return false;
  if (answer_from_json(said, question.kind, &answer, error))
    return plan_reads_add(&plan->reads, &question, &answer, error) == TLSMEND_OK;
  plan_answer_clear(&answer);
  return false;
}

static bool lines_from_json(const json_t *json, plan_lines *out, tlsmend_error *error) {
  for (size_t i = 0; i < json_array_size(json); i++) {
    const char *line = json_string_value(json_array_get(json, i));
    if (!line || plan_lines_add(out, line, error) != TLSMEND_OK)
      return false;
  }
  return json_is_array(json);
}

static bool changes_from_json(const json_t *json, tlsmend_plan *plan, tlsmend_error *error) {
  size_t count = json_array_size(json);
  plan->changes = calloc(count + 1, sizeof *plan->changes);
  if (!json_is_array(json) || !plan->changes)
    return false;
  plan->change_room = count + 1;
  unsigned phase = 0;
  for (size_t i = 0; i < count; i++) {
    tlsmend_change *change = &plan->changes[i];
    if (change_from_json(json_array_get(json, i), change, error) != TLSMEND_OK)
      return false;
    plan->change_count++;
    if (change->phase != phase)
      return false; /* a phase begins behind its restart */
    if (change->kind == TLSMEND_CHANGE_REBOOT)
      phase++;
  }
  return true;
}

static bool body_from_json(const json_t *json, tlsmend_plan *plan, tlsmend_error *error) {
  const json_t *runbooks = json_object_get(json, "runbooks"), *reads = json_object_get(json, "reads");
  plan->id = text_of(json, "id");
  plan->created = text_of(json, "created");
  plan->tool = text_of(json, "tool");
  plan->user = text_of(json_object_get(json, "by"), "user");
  plan->host = text_of(json_object_get(json, "by"), "host");
  plan->removes_updates = !json_array_size(json_object_get(json, "irreversible"));
  plan->reboot_pending = json_is_true(json_object_get(json, "reboot_pending"));
  plan->picture = json_incref(json_object_get(json, "picture"));
  size_t count = json_array_size(runbooks);
  plan->runbooks = calloc(count + 1, sizeof *plan->runbooks);
  if (!plan->created || !plan->runbooks || (plan->picture && !json_is_object(plan->picture)) ||
      !json_is_array(runbooks) || !json_is_array(reads) ||
      !machine_from_json(json_object_get(json, "machine"), plan))
    return false;
  for (size_t i = 0; i < count; i++) {
    plan->runbook_count++;
    if (!runbook_from_json(json_array_get(runbooks, i), &plan->runbooks[i]))
      return false;
  }
  for (size_t i = 0; i < json_array_size(reads); i++)
    if (!read_from_json(json_array_get(reads, i), plan, error))
      return false;
  return changes_from_json(json_object_get(json, "changes"), plan, error) &&
         lines_from_json(json_object_get(json, "unknowns"), &plan->unknowns, error) &&
         lines_from_json(json_object_get(json, "findings"), &plan->findings, error);
}

/* Whether a value stands in it only as a digest, as a tlsmend before this one wrote it. */
static bool has_digests(const json_t *json) {
  size_t index;
  json_t *item, *param;
  const char *name;
  json_array_foreach(json_object_get(json, "changes"), index, item) {
    if (json_is_string(json_object_get(json_object_get(item, "after"), "secret")) ||
        json_is_string(json_object_get(json_object_get(item, "before"), "secret")))
      return true;
  }
  json_array_foreach(json_object_get(json, "runbooks"), index, item) {
    json_object_foreach(json_object_get(item, "params"), name,
                        param) if (json_is_string(json_object_get(param, "secret"))) return true;
  }
  return false;
}

/* Whether secrets were left out of it when it was written. */
static bool withholds(const json_t *json, const tlsmend_plan *plan) {
  size_t index;
  json_t *item;
  json_array_foreach(json_object_get(json, "changes"), index, item) {
    if (change_hides(json_object_get(item, "after")) || change_hides(json_object_get(item, "before")))
      return true;
  }
  for (size_t i = 0; i < plan->reads.count; i++)
    if (plan->reads.items[i].answer.found == PLAN_HIDDEN)
      return true;
  return tlsmend_plan_secret(plan, 0);
}

static int check_form(const json_t *json, tlsmend_error *error) {
  const char *schema = json_string_value(json_object_get(json, "schema"));
  if (!schema || strncmp(schema, "tlsmend-plan/", 13) != 0)
    return tlsmend_error_set(error, TLSMEND_E_PLAN, "this is not a plan (no schema \"" PLAN_SCHEMA "\")");
  if (strcmp(schema, PLAN_SCHEMA) != 0)
    return tlsmend_error_set(error, TLSMEND_E_PLAN,
                             "the plan has schema %.60s, this tlsmend reads " PLAN_SCHEMA
                             ": use the tlsmend that made it",
                             schema);
  json_t *checksum = checksum_of(json);
  bool intact = checksum && json_equal(checksum, json_object_get(json, "checksum"));
  json_decref(checksum);
  if (!intact)
    return tlsmend_error_set(error, TLSMEND_E_PLAN,
                             "the plan was edited or damaged: its checksum does not fit. Plan again");
  if (has_digests(json))
    return tlsmend_error_set(
        error, TLSMEND_E_PLAN,
        "the plan holds digests of secrets, as a tlsmend before this one wrote them: plan again");
  return TLSMEND_OK;
}

int plan_from_json(const json_t *json, tlsmend_plan **out, tlsmend_error *error) {
  *out = NULL;
  int code = check_form(json, error);
  if (code != TLSMEND_OK)
    return code;
  tlsmend_plan *plan = plan_new();
  if (!plan)
    return error_no_memory(error);
  tlsmend_error inner = {0, "a member is missing or has the wrong type"};
  if (!body_from_json(json, plan, &inner)) {
    tlsmend_plan_free(plan);
    return tlsmend_error_set(error, TLSMEND_E_PLAN, "the plan is damaged: %s", inner.text);
  }
  plan->withheld = withholds(json, plan);
  *out = plan;
  return TLSMEND_OK;
}
