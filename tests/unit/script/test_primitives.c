/*
 * No primitive trusts what it is given: each is called as a process would that was taken over, with every type in every place, too few
 * and too many arguments, and out of its time. An error each time, and nothing is proposed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "machine/backends.h"
#include "machine/guard.h"
#include "machine/machine.h"
#include "machine/overlay.h"
#include "machine/sim/sim.h"
#include "plan/plan.h"
#include "script/primitives/primitives.h"

enum { ARGUMENTS = 10 };

static const char windows[] =
    "Windows Registry Editor Version 5.00\r\n\r\n"
    "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion]\r\n"
    "\"CurrentBuildNumber\"=\"7601\"\r\n\"CurrentVersion\"=\"6.1\"\r\n\r\n"
    "[HKEY_LOCAL_MACHINE\\SOFTWARE\\tlsmend\\Facts]\r\n\"Architecture\"=\"x64\"\r\n\r\n"
    "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Site]\r\n\"Name\"=\"value\"\r\n\r\n";

typedef struct world {
  tlsmend_machine *machine, *overlay;
  tlsmend_plan *plan;
  script_options options;
  script_account account;
  script_host host;
  guard_needs needs;
  int told;
} world;

static int tell(void *data, const char *text, tlsmend_error *error) {
  (void)text, (void)error;
  ((world *)data)->told++;
  return TLSMEND_OK;
}

static int l_owner(void *data, tlsmend_call *call, tlsmend_error *error) {
  (void)data;
  for (size_t i = 0; i < tlsmend_call_count(call); i++)
    if (tlsmend_call_type(call, i + 1) == TLSMEND_TYPE_OTHER)
      return tlsmend_error_set(error, TLSMEND_E_REFUSED, "not this one");
  return tlsmend_call_answer_text(call, "somebody", error);
}

static const tlsmend_module_function functions[] = {{"owner", l_owner}, {NULL, NULL}};
static const tlsmend_module declared = {TLSMEND_MODULE_VERSION, "inventory", functions, NULL, 0},
                            undeclared = {TLSMEND_MODULE_VERSION, "secrets", functions, NULL, 0};
static const tlsmend_module *const modules[] = {&declared, &undeclared, NULL};

static script_sink sink_of(world *self) { return (script_sink){tell, tell, self}; }

static void open_world(world *self, script_sink *sink) {
  static const char *const trees[] = {"HKLM\\SOFTWARE\\Site"}, *const names[] = {"inventory"};
  tlsmend_error error = {0, ""};
  backend_request request = {.argument = "primitives", .text = windows};
  *self = (world){.plan = plan_new(),
                  .options = {.modules = modules},
                  .needs = {.runbook = "site",
                            .registry = trees,
                            .registry_count = 1,
                            .modules = names,
                            .module_count = 1,
                            .reboot = true}};
  assert_non_null(self->plan);
  assert_int_equal(sim_open(&request, &self->machine, &error), TLSMEND_OK);
  assert_int_equal(overlay_open(self->machine, self->plan, &self->overlay, &error), TLSMEND_OK);
  overlay_set_runbook(self->overlay, "site");
  account_open(&self->account, NULL);
  script_host_open(&self->host, &self->options, &self->account);
  *sink = sink_of(self);
}

static void begin(world *self, const script_sink *sink) {
  tlsmend_error error = {0, ""};
  const script_ground ground = {self->overlay, NULL, sink};
  if (script_host_begin(&self->host, &self->needs, &ground, &error) != TLSMEND_OK)
    fail_msg("%s", error.text);
}

static void close_world(world *self) {
  script_host_close(&self->host);
  machine_close(self->overlay);
  machine_close(self->machine);
  tlsmend_plan_free(self->plan);
}

static const struct row {
  const char *name, *arguments;
  primitive_when when;
} rows[] = {
#define ROW(id, name, function, when, arguments) {name, arguments, when},
    PRIMITIVES(ROW)
#undef ROW
};

/* Something of each kind; the last ones are texts that are none. */
static call_value kind(size_t number) {
  static const char broken[] = "HKLM\\SOFTWARE\\Site\xC3", with_nul[] = "HKLM\\SOFTWARE\\Site\0x";
  const call_value kinds[] = {call_nil(),
                              call_boolean(true),
                              call_integer(64),
                              call_integer(-1),
                              call_integer(INT64_MIN),
                              call_integer(INT64_MAX),
                              {.type = TLSMEND_TYPE_OTHER, .text = "table", .size = 5},
                              call_text("HKLM\\SOFTWARE\\Site"),
                              call_text(""),
                              call_bytes(broken, sizeof broken - 1),
                              call_bytes(with_nul, sizeof with_nul - 1)};
  return number < sizeof kinds / sizeof *kinds ? kinds[number] : call_nil();
}
enum { KINDS = 11 };

/* Good ones for the letters of a row. Answers how many there are. */
static size_t good(const char *letters, call_value out[ARGUMENTS]) {
  size_t count = 0;
  for (const char *at = letters; *at && *at != '*'; at++) {
    if (*at == '(')
      continue;
    out[count++] = *at == 'k'                 ? call_text("HKLM\\SOFTWARE\\Site")
                   : strchr("tTs", *at)       ? call_text("text")
                   : *at == 'v' || *at == 'i' ? call_integer(0)
                   : *at == 'b'               ? call_boolean(false)
                                              : call_nil();
  }
  return count;
}

static bool fits(char letter, size_t number) {
  call_value value = kind(number);
  bool text = value.type == TLSMEND_TYPE_TEXT, plain = text && number < KINDS - 2;
  switch (letter) {
  case 'k':
  case 't':
    return plain;
  case 'T':
    return plain || value.type == TLSMEND_TYPE_NIL;
  case 's':
    return text;
  case 'v':
    return value.type == TLSMEND_TYPE_INTEGER && value.number == 64;
  case 'I':
    return value.type == TLSMEND_TYPE_INTEGER || value.type == TLSMEND_TYPE_NIL;
  case 'i':
    return value.type == TLSMEND_TYPE_INTEGER;
  case 'b':
    return value.type == TLSMEND_TYPE_BOOLEAN;
  default:
    return true;
  }
}

static int ask(world *self, primitive_id id, const char *name, const call_value *args, size_t count,
               tlsmend_error *error) {
  tlsmend_call call = {.name = name, .args = args, .arg_count = count};
  *error = (tlsmend_error){0, ""};
  int code = primitive_call(&self->host, id, &call, error);
  if (code != TLSMEND_OK && (error->code != code || !error->text[0] || strchr(error->text, '\n')))
    fail_msg("%s: %d without its line: '%s'", name, code, error->text);
  call_clear(&call);
  return code;
}

static void must_fail(world *self, primitive_id id, const call_value *args, size_t count, const char *what,
                      size_t number) {
  tlsmend_error error;
  if (ask(self, id, "inventory.owner", args, count, &error) == TLSMEND_OK)
    fail_msg("%s answers %s %zu", rows[id].name, what, number);
  if (self->plan->change_count > 0 || self->told > 0)
    fail_msg("%s did something for %s %zu", rows[id].name, what, number);
  if (self->account.exceeded != SANDBOX_WITHIN)
    fail_msg("%s ended the run for %s %zu: %s", rows[id].name, what, number, error.text);
}

static void wrong_types_are_errors(void **state) {
  (void)state;
  world self;
  script_sink sink;
  open_world(&self, &sink);
  begin(&self, &sink);
  self.host.verifying = true;
  for (int id = 0; id < PRIMITIVE_COUNT; id++) {
    call_value args[ARGUMENTS];
    char letters[ARGUMENTS + 1] = "";
    for (const char *at = rows[id].arguments; *at; at++)
      if (*at != '(' && *at != '*')
        strncat(letters, at, 1);
    size_t count = good(rows[id].arguments, args);
    for (size_t i = 0; i < count; i++) {
      call_value before = args[i];
      for (size_t number = 0; number < KINDS; number++) {
        args[i] = kind(number);
        if (!fits(letters[i], number))
          must_fail(&self, (primitive_id)id, args, count, "an argument", i);
      }
      args[i] = before;
    }
  }
  close_world(&self);
}

static void wrong_counts_are_errors(void **state) {
  (void)state;
  world self;
  script_sink sink;
  open_world(&self, &sink);
  begin(&self, &sink);
  self.host.verifying = true;
  for (int id = 0; id < PRIMITIVE_COUNT; id++) {
    call_value args[ARGUMENTS + 1] = {0};
    const char *group = strchr(rows[id].arguments, '(');
    size_t count = good(rows[id].arguments, args), least = count - (group ? strlen(group + 1) : 0);
    if (strchr(rows[id].arguments, '*'))
      continue;
    for (size_t fewer = 0; fewer < count; fewer++)
      if (fewer != least)
        must_fail(&self, (primitive_id)id, args, fewer, "a count", fewer);
    for (size_t number = 0; number < KINDS; number++) {
      args[count] = kind(number);
      must_fail(&self, (primitive_id)id, args, count + 1, "one more", number);
    }
  }
  close_world(&self);
}

static void nothing_is_asked_out_of_its_time(void **state) {
  (void)state;
  world self;
  script_sink sink;
  tlsmend_error error;
  open_world(&self, &sink);
  for (int round = 0; round < 2; round++) {
    for (int id = 0; id < PRIMITIVE_COUNT; id++) {
      call_value args[ARGUMENTS];
      size_t count = good(rows[id].arguments, args);
      if (rows[id].when > (round == 0 ? PRIMITIVE_ANY_TIME : PRIMITIVE_MACHINE)) {
        must_fail(&self, (primitive_id)id, args, count, "a call in round", (size_t)round);
        assert_int_equal(ask(&self, (primitive_id)id, "inventory.owner", args, count, &error),
                         TLSMEND_E_SCRIPT);
        assert_non_null(strstr(error.text, "only inside"));
      }
    }
    begin(&self, &sink);
  }
  script_host_end(&self.host);
  call_value args[] = {call_text("why")};
  must_fail(&self, PRIMITIVE_REBOOT_BARRIER, args, 1, "a call behind its end", 0);
  must_fail(&self, (primitive_id)PRIMITIVE_COUNT, args, 1, "no primitive", 0);
  must_fail(&self, (primitive_id)-1, args, 1, "no primitive", 1);
  must_fail(&self, (primitive_id)INT32_MAX, args, 1, "no primitive", 2);
  close_world(&self);
}

/* What the letters do not say, each primitive judges itself. */
static void values_are_judged(void **state) {
  (void)state;
  static const struct {
    primitive_id id;
    call_value args[ARGUMENTS];
    size_t count;
  } tries[] = {
#define TEXT(text) {TLSMEND_TYPE_TEXT, 0, text, sizeof text - 1}
#define NUMBER(number)                                                                                       \
  { TLSMEND_TYPE_INTEGER, number, NULL, 0 }
#define NO                                                                                                   \
  { TLSMEND_TYPE_BOOLEAN, 0, NULL, 0 }
#define KEY TEXT("HKLM\\SOFTWARE\\Site")
#define SET(type, bytes)                                                                                     \
  { PRIMITIVE_REGISTRY_SET, {KEY, TEXT("a"), NUMBER(0), NUMBER(type), TEXT(bytes), NO, TEXT("")}, 7 }
      SET(TLSMEND_REG_DWORD, "abc"),
      SET(TLSMEND_REG_QWORD, "abcd"),
      SET(TLSMEND_REG_SZ, "a"),
      SET(TLSMEND_REG_SZ, "a\0"),
      SET(TLSMEND_REG_EXPAND_SZ, "a\0\0\0b\0\0\0"),
      SET(TLSMEND_REG_MULTI_SZ, "a\0\0\0"),
      SET(-1, "a"),
      SET(0x100000000, "a"),
      {PRIMITIVE_REGISTRY_SET,
       {TEXT("HKLM\\SOFTWARE\\\\Site"), TEXT("a"), NUMBER(0), NUMBER(3), TEXT("a"), NO, TEXT("")},
       7},
      {PRIMITIVE_REGISTRY_CREATE, {TEXT("HKLM\\SOFTWARE\\Wow6432Node\\Site"), NUMBER(0), TEXT("")}, 3},
      {PRIMITIVE_REGISTRY_GET, {TEXT("Site"), TEXT("a"), NUMBER(0)}, 3},
      {PRIMITIVE_REBOOT_FACT, {KEY, TEXT("a")}, 2},
      {PRIMITIVE_REBOOT_FACT_KEYS, {TEXT("HKLM\\SECURITY")}, 1},
      {PRIMITIVE_HOTFIX_PACKAGES, {TEXT("KB")}, 1},
      {PRIMITIVE_HOTFIX_LISTED, {TEXT("kb3140245")}, 1},
      {PRIMITIVE_UPDATE_PROPOSE,
       {TEXT("KB3140245"), {0}, {0}, {0}, {0}, TEXT("a"), NUMBER(64), TEXT("1.2.x")},
       8},
      {PRIMITIVE_PROBE_VERSIONS, {TEXT("localhost"), NUMBER(0), {0}, {0}}, 4},
      {PRIMITIVE_PROBE_VERSIONS, {TEXT("localhost"), NUMBER(65536), {0}, {0}}, 4},
      {PRIMITIVE_PROBE_VERSIONS, {TEXT("localhost"), NUMBER(443), {0}, NUMBER(60001)}, 4},
      {PRIMITIVE_PROBE_DEFAULT_CLIENT, {TEXT("localhost"), NUMBER(443), {0}, NUMBER(-1)}, 4},
      {PRIMITIVE_PROBE_SPLIT, {TEXT("localhost")}, 1},
  };
  world self;
  script_sink sink;
  open_world(&self, &sink);
  begin(&self, &sink);
  self.host.verifying = true;
  for (size_t i = 0; i < sizeof tries / sizeof *tries; i++)
    must_fail(&self, tries[i].id, tries[i].args, tries[i].count, "a value", i);
  close_world(&self);
}

static void modules_are_found_by_their_whole_name(void **state) {
  (void)state;
  static const char *const names[] = {"",
                                      ".",
                                      "inventory",
                                      "inventory.",
                                      "inventory.own",
                                      "inventory.owner2",
                                      "inventory.owner.",
                                      "nventory.owner",
                                      "secrets",
                                      NULL};
  world self;
  script_sink sink;
  tlsmend_error error;
  open_world(&self, &sink);
  begin(&self, &sink);
  for (size_t i = 0; names[i]; i++)
    assert_int_equal(ask(&self, PRIMITIVE_MODULE, names[i], NULL, 0, &error), TLSMEND_E_SCRIPT);
  assert_int_equal(ask(&self, PRIMITIVE_MODULE, NULL, NULL, 0, &error), TLSMEND_E_SCRIPT);
  assert_int_equal(ask(&self, PRIMITIVE_MODULE, "inventory.owner", NULL, 0, &error), TLSMEND_OK);
  /* A refusal of its own is for the runbook to deal with. */
  call_value other = kind(6);
  assert_int_equal(ask(&self, PRIMITIVE_MODULE, "inventory.owner", &other, 1, &error), TLSMEND_E_REFUSED);
  assert_int_equal(self.account.exceeded, SANDBOX_WITHIN);
  assert_int_equal(ask(&self, PRIMITIVE_MODULE, "secrets.owner", NULL, 0, &error), TLSMEND_E_REFUSED);
  assert_int_equal(self.account.exceeded, SANDBOX_REFUSED);
  close_world(&self);
}

/* What the guard or a limit has refused once stays refused, whatever is asked then. */
static void refusals_stay(void **state) {
  (void)state;
  world self;
  script_sink sink;
  tlsmend_error first, error;
  const call_value good_key[] = {call_text("HKLM\\SOFTWARE\\Site"), call_integer(0), call_text("why")},
                   bad_key[] = {call_text("HKLM\\SOFTWARE\\Other"), call_integer(0), call_text("why")};
  enum { NEEDS, READS, TIME, WAYS };
  for (int way = NEEDS; way < WAYS; way++) {
    open_world(&self, &sink);
    begin(&self, &sink);
    if (way == READS)
      self.account.limit[TLSMEND_LIMIT_READS] = 0;
    if (way == TIME)
      self.account.deadline = 0;
    int code = way == NEEDS ? ask(&self, PRIMITIVE_REGISTRY_CREATE, "", bad_key, 3, &first)
               : way == READS
                   ? ask(&self, PRIMITIVE_REGISTRY_EXISTS, "", good_key, 2, &first)
                   : ask(&self, PRIMITIVE_UPDATE_BUNDLED, "", NULL, 0, &first); /* counts nothing */
    assert_int_equal(code, way == NEEDS ? TLSMEND_E_REFUSED : TLSMEND_E_LIMIT);
    account_rest(&self.account);
    for (int id = 0; id < PRIMITIVE_COUNT; id++) {
      call_value args[ARGUMENTS];
      size_t count = good(rows[id].arguments, args);
      assert_int_equal(ask(&self, (primitive_id)id, "inventory.owner", args, count, &error), code);
      assert_string_equal(error.text, first.text);
    }
    script_host_end(&self.host);
    begin(&self, &sink);
    assert_int_equal(ask(&self, PRIMITIVE_REGISTRY_CREATE, "", good_key, 3, &error), code);
    assert_int_equal(self.plan->change_count, 0);
    close_world(&self);
  }
}

/* And good calls are answered: else all of the above would prove nothing. */
static void good_calls_are_answered(void **state) {
  (void)state;
  world self;
  script_sink sink;
  tlsmend_error error;
  open_world(&self, &sink);
  begin(&self, &sink);
  const call_value set[] = {call_text("hklm\\software\\Site"),
                            call_text("Name"),
                            call_integer(0),
                            call_integer(TLSMEND_REG_DWORD),
                            call_bytes("\1\0\0\0", 4),
                            call_boolean(false),
                            call_text("why")},
                   say[] = {call_text("a finding")};
  assert_int_equal(ask(&self, PRIMITIVE_REGISTRY_SET, "", set, 7, &error), TLSMEND_OK);
  assert_int_equal(ask(&self, PRIMITIVE_FINDING, "", say, 1, &error), TLSMEND_OK);
  assert_int_equal(ask(&self, PRIMITIVE_UNKNOWN, "", say, 1, &error), TLSMEND_OK);
  assert_int_equal(self.plan->change_count, 1);
  assert_string_equal(self.plan->changes[0].key, "HKLM\\software\\Site");
  assert_int_equal(self.told, 2);
  close_world(&self);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(wrong_types_are_errors),
                                     cmocka_unit_test(wrong_counts_are_errors),
                                     cmocka_unit_test(nothing_is_asked_out_of_its_time),
                                     cmocka_unit_test(values_are_judged),
                                     cmocka_unit_test(modules_are_found_by_their_whole_name),
                                     cmocka_unit_test(refusals_stay),
                                     cmocka_unit_test(good_calls_are_answered)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
