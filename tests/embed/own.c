/*
 * A program outside the tree that adds a machine and a module of its own: the machine "lab:box", a small registry in memory, and
 * `require "inventory"` for runbooks. Plans, applies and rolls back a runbook that uses both, and tries what the guard refuses.
 * C and C++ (own.cpp includes this file), nothing but the public headers.
 *   own FOLDER RUNBOOK.lua KEYS     FOLDER: for journals; KEYS: a folder with ann.key and ann.pub
 */
#include <tlsmend/machine.h>
#include <tlsmend/module.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int bad;

static void expect(bool good, const char *what, const tlsmend_error *error) {
  if (good)
    return;
  bad = 1;
  fprintf(stderr, "FAILED: %s: %s: %s\n", what, tlsmend_error_name(error->code), error->text);
}

/* The machine: rows of a key, and of a value below it if it has a name. */

#define SITE "HKLM\\SOFTWARE\\Site"
enum { ROWS = 32 };

typedef struct row {
  char key[128], name[64];
  bool is_value;
  tlsmend_value value;
} row;

typedef struct lab {
  tlsmend_machine base; /* first, so that the one is the other */
  row *rows;            /* ROWS of them; the program's, so that it can look when the session is closed */
} lab;

static row *find(tlsmend_machine *machine, const char *key, const char *name) {
  row *rows = ((lab *)machine)->rows;
  for (int i = 0; i < ROWS; i++)
    if (rows[i].key[0] && strcmp(rows[i].key, key) == 0 && rows[i].is_value == (name != NULL) &&
        (!name || strcmp(rows[i].name, name) == 0))
      return &rows[i];
  return NULL;
}

static int add(tlsmend_machine *machine, const char *key, const char *name, const tlsmend_value *value,
               tlsmend_error *error) {
  row *rows = ((lab *)machine)->rows, *at = find(machine, key, name);
  for (int i = 0; !at && i < ROWS; i++)
    if (!rows[i].key[0])
      at = &rows[i];
  if (!at)
    return tlsmend_error_set(error, TLSMEND_E_IO, "the lab is full");
  snprintf(at->key, sizeof at->key, "%s", key);
  snprintf(at->name, sizeof at->name, "%s", name ? name : "");
  at->is_value = name;
  return value ? tlsmend_value_set(&at->value, value->type, value->data, value->size, error) : TLSMEND_OK;
}

static void take_away(row *at) {
  if (!at)
    return;
  tlsmend_value_clear(&at->value);
  at->key[0] = 0;
}

static int closed;

static void lab_close(tlsmend_machine *self) {
  closed++;
  free(self);
}

static int lab_key_exists(tlsmend_machine *self, const tlsmend_key *key, bool *out, tlsmend_error *error) {
  (void)error;
  *out = find(self, key->path, NULL);
  return TLSMEND_OK;
}

static int lab_value_get(tlsmend_machine *self, const tlsmend_key *key, const char *name, tlsmend_value *out,
                         tlsmend_error *error) {
  row *at = find(self, key->path, name);
  tlsmend_value_clear(out);
  return at ? tlsmend_value_set(out, at->value.type, at->value.data, at->value.size, error) : TLSMEND_OK;
}

static int absent(const tlsmend_key *key, tlsmend_error *error) {
  return tlsmend_error_set(error, TLSMEND_E_ABSENT, "%s does not exist", key->path);
}

static int lab_each_key(tlsmend_machine *self, const tlsmend_key *key, tlsmend_name_fn fn, void *data,
                        tlsmend_error *error) {
  size_t length = strlen(key->path);
  int code = find(self, key->path, NULL) ? TLSMEND_OK : absent(key, error);
  for (int i = 0; code == TLSMEND_OK && i < ROWS; i++) {
    const row *at = &((lab *)self)->rows[i];
    if (!at->is_value && strncmp(at->key, key->path, length) == 0 && at->key[length] == '\\' &&
        !strchr(at->key + length + 1, '\\'))
      code = fn(data, at->key + length + 1);
  }
  return code;
}

static int lab_each_value(tlsmend_machine *self, const tlsmend_key *key, tlsmend_name_fn fn, void *data,
                          tlsmend_error *error) {
  int code = find(self, key->path, NULL) ? TLSMEND_OK : absent(key, error);
  for (int i = 0; code == TLSMEND_OK && i < ROWS; i++) {
    const row *at = &((lab *)self)->rows[i];
    if (at->is_value && strcmp(at->key, key->path) == 0)
      code = fn(data, at->name);
  }
  return code;
}

static int lab_system(tlsmend_machine *self, tlsmend_system *out, tlsmend_error *error) {
  (void)self;
  (void)error;
  memset(out, 0, sizeof *out);
  out->major = 10;
  out->build = 20348;
  out->revision = -1;
  out->product_type = TLSMEND_SERVER;
  strcpy(out->architecture, "x64");
  strcpy(out->computer, "BOX");
  return TLSMEND_OK;
}

static int lab_boot_id(tlsmend_machine *self, char out[64], tlsmend_error *error) {
  (void)self;
  (void)error;
  strcpy(out, "never restarted");
  return TLSMEND_OK;
}

static int lab_apply(tlsmend_machine *self, const tlsmend_change *change, tlsmend_outcome *outcome,
                     tlsmend_error *error) {
  (void)outcome;
  switch (change->kind) {
  case TLSMEND_CHANGE_KEY_CREATE:
    return add(self, change->key, NULL, NULL, error);
  case TLSMEND_CHANGE_VALUE_SET:
    return add(self, change->key, change->name, &change->after, error);
  case TLSMEND_CHANGE_KEY_DELETE:
    take_away(find(self, change->key, NULL));
    return TLSMEND_OK;
  case TLSMEND_CHANGE_VALUE_DELETE:
    take_away(find(self, change->key, change->name));
    return TLSMEND_OK;
  case TLSMEND_CHANGE_UPDATE_INSTALL:
  case TLSMEND_CHANGE_REBOOT:
    break;
  }
  return tlsmend_error_set(error, TLSMEND_E_UNSUPPORTED, "a lab takes no updates and no restarts");
}

static tlsmend_machine_ops lab_ops;

static int lab_open(void *data, const char *argument, tlsmend_machine **out, tlsmend_error *error) {
  if (strcmp(argument, "box") != 0)
    return tlsmend_error_set(error, TLSMEND_E_USAGE, "there is no lab %s: use lab:box", argument);
  lab *self = (lab *)calloc(1, sizeof *self);
  if (!self)
    return tlsmend_error_set(error, TLSMEND_E_MEMORY, "out of memory for a lab");
  self->base.ops = &lab_ops;
  self->rows = (row *)data;
  *out = &self->base;
  return TLSMEND_OK;
}

static int inventory_owner(void *data, tlsmend_call *call, tlsmend_error *error) {
  const char *host = NULL;
  long long floor = 0;
  int code = tlsmend_call_text(call, 1, &host, NULL, error);
  if (code == TLSMEND_OK && tlsmend_call_count(call) > 1)
    code = tlsmend_call_integer(call, 2, &floor, error);
  if (code != TLSMEND_OK)
    return code;
  if (strcmp(host, "SECRET") == 0)
    return tlsmend_error_set(error, TLSMEND_E_REFUSED, "the inventory does not tell");
  if (strcmp(host, "BOX") != 0)
    return tlsmend_error_set(error, TLSMEND_E_ABSENT, "the inventory has no %s", host);
  code = tlsmend_call_answer_text(call, (const char *)data, error);
  return code == TLSMEND_OK ? tlsmend_call_answer_integer(call, 7 + floor, error) : code;
}

static int inventory_flood(void *data, tlsmend_call *call, tlsmend_error *error) {
  static char page[1 << 20];
  int code = TLSMEND_OK;
  (void)data;
  for (int i = 0; code == TLSMEND_OK && i < 15; i++)
    code = tlsmend_call_answer_bytes(call, page, sizeof page, error);
  return code;
}

static int make_plan(const tlsmend_options *options, const char *runbook, const char *mode,
                     tlsmend_session **session, tlsmend_plan **plan, tlsmend_error *error) {
  const char *runbooks[1], *params[1];
  char param[64];
  runbooks[0] = runbook;
  params[0] = param;
  snprintf(param, sizeof param, "mode=%s", mode);
  *plan = NULL;
  int code = tlsmend_session_open(options, session, error);
  return code == TLSMEND_OK ? tlsmend_plan_make(*session, runbooks, 1, params, 1, plan, error) : code;
}

/* What a plan comes to, as a code. */
static int try_plan(const tlsmend_options *options, const char *runbook, const char *mode,
                    tlsmend_error *error) {
  tlsmend_session *session = NULL;
  tlsmend_plan *plan = NULL;
  int code = make_plan(options, runbook, mode, &session, &plan, error);
  tlsmend_plan_free(plan);
  tlsmend_session_close(session);
  return code;
}

static void apply_and_undo(const tlsmend_options *options, const char *runbook, row *rows) {
  tlsmend_error error = {0, ""};
  tlsmend_session *session = NULL;
  tlsmend_plan *plan = NULL;
  tlsmend_report *report = NULL;
  lab look;
  look.rows = rows;
  expect(make_plan(options, runbook, "good", &session, &plan, &error) == TLSMEND_OK, "plan", &error);
  expect(plan && tlsmend_plan_change_count(plan) == 3, "a key and two values", &error);
  expect(plan && tlsmend_apply(session, plan, &report, &error) == TLSMEND_OK, "apply", &error);
  expect(report && tlsmend_report_result(report) == TLSMEND_RESULT_DONE, "done", &error);
  expect(find(&look.base, SITE, "Owner"), "the value is there", &error);
  tlsmend_report_free(report);
  report = NULL;
  expect(tlsmend_rollback(session, NULL, 0, &report, &error) == TLSMEND_OK, "rollback", &error);
  expect(!find(&look.base, SITE, "Owner") && !find(&look.base, SITE, NULL), "it is gone", &error);
  tlsmend_report_free(report);
  tlsmend_plan_free(plan);
  tlsmend_session_close(session);
}

/* What is not said is refused: an unsigned runbook, a module without a need, more memory, a folder for journals. */
static void try_the_guard(tlsmend_options options, const char *runbook) {
  tlsmend_error error = {0, ""};
  tlsmend_session *session = NULL;
  tlsmend_plan *plan = NULL;
  tlsmend_report *report = NULL;
  options.allow_unsigned = 0;
  expect(make_plan(&options, runbook, "good", &session, &plan, &error) == TLSMEND_OK, "plan", &error);
  expect(plan && tlsmend_apply(session, plan, &report, &error) == TLSMEND_E_REFUSED, "unsigned is refused",
         &error);
  tlsmend_plan_free(plan);
  tlsmend_session_close(session);
  expect(try_plan(&options, runbook, "undeclared", &error) == TLSMEND_E_REFUSED &&
             strstr(error.text, "hidden"),
         "a module without a need is refused", &error);
  expect(try_plan(&options, runbook, "swallowed", &error) == TLSMEND_E_REFUSED &&
             strstr(error.text, "own.lua:") && strstr(error.text, "hidden"),
         "a runbook does not go on behind a refusal", &error);
  expect(try_plan(&options, runbook, "told", &error) == TLSMEND_OK, "what the module refuses may be caught",
         &error);
  expect(try_plan(&options, runbook, "unknown", &error) == TLSMEND_E_ABSENT &&
             strstr(error.text, "own.lua:") && strstr(error.text, "no NOBODY"),
         "an error of the module names the line", &error);
  expect(try_plan(&options, runbook, "type", &error) == TLSMEND_E_SCRIPT, "a table is no text", &error);
  expect(try_plan(&options, runbook, "open", &error) == TLSMEND_OK, "an open module needs no need", &error);
  options.memory_limit = 4 << 20;
  expect(try_plan(&options, runbook, "flood", &error) == TLSMEND_E_LIMIT, "answers count as memory", &error);
  options.memory_limit = 0;
  options.state = NULL;
  expect(try_plan(&options, runbook, "good", &error) == TLSMEND_E_USAGE, "journals need a folder", &error);
}

/* What an apply comes to, as a code; what it did is undone. */
static int try_apply(const tlsmend_options *options, const char *runbook, tlsmend_error *error) {
  tlsmend_session *session = NULL;
  tlsmend_plan *plan = NULL;
  tlsmend_report *report = NULL;
  int code = make_plan(options, runbook, "good", &session, &plan, error);
  if (code == TLSMEND_OK)
    code = tlsmend_apply(session, plan, &report, error);
  tlsmend_report_free(report);
  report = NULL;
  if (code == TLSMEND_OK)
    code = tlsmend_rollback(session, NULL, 0, &report, error);
  tlsmend_report_free(report);
  tlsmend_plan_free(plan);
  tlsmend_session_close(session);
  return code;
}

/* A back end may call itself what it likes: it is not taken for one of the library's. */
static void try_the_names(const tlsmend_options *options, const char *runbook, const char *folder) {
  static const char *const names[] = {"sim", "live", "overlay", "guard", "", "lab"};
  tlsmend_error error = {0, ""};
  char path[512];
  snprintf(path, sizeof path, "%s/lab.reg", folder);
  for (int i = 0; i < 6; i++) {
    tlsmend_session *session = NULL;
    lab_ops.name = names[i];
    expect(tlsmend_session_open(options, &session, &error) == TLSMEND_OK, "open", &error);
    expect(session && tlsmend_snapshot(session, path, &error) == TLSMEND_E_UNSUPPORTED, names[i], &error);
    tlsmend_session_close(session);
    expect(try_apply(options, runbook, &error) == TLSMEND_OK, names[i], &error);
  }
}

/* What was built with the header of another version, or is not whole, is refused when it is opened, and closed. */
static void try_the_versions(const tlsmend_options *options) {
  static const int versions[] = {0, TLSMEND_MACHINE_OPS_VERSION - 1, TLSMEND_MACHINE_OPS_VERSION + 1};
  const tlsmend_machine_ops whole = lab_ops;
  tlsmend_error error = {0, ""};
  tlsmend_session *session = NULL;
  int before = closed;
  for (int i = 0; i < 3; i++) {
    lab_ops.version = versions[i];
    expect(tlsmend_session_open(options, &session, &error) == TLSMEND_E_USAGE && !session &&
               strstr(error.text, "version"),
           "another version of the table is refused", &error);
  }
  lab_ops = whole;
  lab_ops.each_key = NULL;
  expect(tlsmend_session_open(options, &session, &error) == TLSMEND_E_USAGE && strstr(error.text, "each_key"),
         "a table with a hole is refused", &error);
  lab_ops = whole;
  expect(closed == before + 4, "a machine that is refused is closed", &error);
  tlsmend_machine_ops holes[] = {whole, whole, whole};
  holes[0].key_exists = NULL;
  holes[1].value_get = NULL;
  holes[2].each_value = NULL;
  for (int i = 0; i < 3; i++) {
    lab_ops = holes[i];
    expect(tlsmend_session_open(options, &session, &error) == TLSMEND_E_USAGE && !session,
           "a table with any hole is refused", &error);
  }
  lab_ops = whole;
}

/* Whose runbooks are applied without leave is said by the options: a folder of keys. `keys` holds ann.pub, and the secret half. */
static void try_the_trust(tlsmend_options options, const char *runbook, const char *keys) {
  tlsmend_error error = {0, ""};
  tlsmend_sign_terms terms = TLSMEND_SIGN_TERMS_INIT;
  tlsmend_verify_request request = {NULL, NULL, 0, TLSMEND_FORMAT_TEXT};
  char key[512], *signature = NULL, *text = NULL;
  int trusted = 0;
  snprintf(key, sizeof key, "%s/ann.key", keys);
  request.file = runbook;
  terms.modules = options.modules;
  options.allow_unsigned = 0;
  options.trust = keys;
  expect(try_apply(&options, runbook, &error) == TLSMEND_E_REFUSED, "without a signature", &error);
  expect(tlsmend_sign(&runbook, 1, key, &terms, &signature, &error) == TLSMEND_OK, "sign", &error);
  expect(try_apply(&options, runbook, &error) == TLSMEND_OK, "with the signature of a key of the options",
         &error);
  expect(tlsmend_verify(&options, &request, &text, &trusted, &error) == TLSMEND_OK && trusted &&
             strstr(text, "signature: ann"),
         "verify", &error);
  options.trust = NULL;
  expect(try_apply(&options, runbook, &error) == TLSMEND_E_APPROVAL, "the same key is a stranger's elsewhere",
         &error);
  if (signature)
    remove(signature);
  tlsmend_text_free(signature);
  tlsmend_text_free(text);
}

int main(int argc, char **argv) {
  static row rows[ROWS];
  static char name[] = "Ann";
  static const tlsmend_module_function functions[] = {
      {"owner", inventory_owner}, {"flood", inventory_flood}, {NULL, NULL}};
  static const tlsmend_module inventory = {TLSMEND_MODULE_VERSION, "inventory", functions, name, 0};
  static const tlsmend_module hidden = {TLSMEND_MODULE_VERSION, "hidden", functions, name, 0};
  static const tlsmend_module open_to_all = {TLSMEND_MODULE_VERSION, "public", functions, name, 1};
  static const tlsmend_module clash = {TLSMEND_MODULE_VERSION, "registry", functions, name, 0};
  static const tlsmend_module *const modules[] = {&inventory, &hidden, &open_to_all, NULL};
  static const tlsmend_module *const clashing[] = {&clash, NULL};
  static const tlsmend_backend lab_backend = {"lab", lab_open, rows};
  static const tlsmend_backend *const backends[] = {&lab_backend, NULL};
  tlsmend_options options = TLSMEND_OPTIONS_INIT;
  tlsmend_error error = {0, ""};
  lab start;
  /* own.lua is a stranger's, and runs in this program started once more. */
  tlsmend_worker(argc, argv);
  if (argc != 4)
    return 64;
  lab_ops.version = TLSMEND_MACHINE_OPS_VERSION;
  lab_ops.name = "lab";
  lab_ops.close = lab_close;
  lab_ops.key_exists = lab_key_exists;
  lab_ops.value_get = lab_value_get;
  lab_ops.each_key = lab_each_key;
  lab_ops.each_value = lab_each_value;
  lab_ops.system = lab_system;
  lab_ops.boot_id = lab_boot_id;
  lab_ops.apply = lab_apply;
  start.rows = rows;
  add(&start.base, "HKLM", NULL, NULL, &error);
  add(&start.base, "HKLM\\SOFTWARE", NULL, NULL, &error);

  options.machine = "lab:box";
  options.state = argv[1];
  options.allow_unsigned = 1;
  options.modules = modules;
  options.backends = backends;
  apply_and_undo(&options, argv[2], rows);
  try_the_guard(options, argv[2]);
  try_the_names(&options, argv[2], argv[1]);
  try_the_versions(&options);
  try_the_trust(options, argv[2], argv[3]);
  options.modules = clashing;
  expect(try_plan(&options, argv[2], "good", &error) == TLSMEND_E_USAGE, "registry is taken", &error);
  if (!bad)
    puts("a machine and a module of its own");
  return bad;
}
