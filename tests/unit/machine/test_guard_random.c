/*
 * Random spellings of keys against the guard: a machine below it sees every key that is let through, and works out for itself
 * whether it is declared. What is declared is let through however it is spelled.
 */
#include "unit/engine.h"

#include "registry/path.h"
#include "machine/guard.h"
#include "unit/random.h"

static const char *const writes[] = {"HKLM\\SOFTWARE\\Mine",
                                     "HKLM\\SYSTEM\\CurrentControlSet\\Services\\\u00c4rger"};
static const char *const reads[] = {"32:HKLM\\SOFTWARE\\Narrow", "HKU\\*\\Software\\Site"};
static const guard_needs needs = {
    .runbook = "book", .registry = writes, .registry_count = 2, .reads = reads, .read_count = 2};

/* Which keys these are, worked out another way: names in a small alphabet, folded by hand. */

static void fold(const char *text, char *out) {
  for (; *text; text++, out++) {
    bool second = (unsigned char)text[0] == 0xC3 && (unsigned char)text[1] == 0xA4; /* U+00E4 */
    *out = *text >= 'a' && *text <= 'z' ? (char)(*text - 32) : *text;
    if (second)
      *++out = (char)0x84, text++; /* U+00C4 */
  }
  *out = 0;
}

static bool begins(const char *path, const char *tree) {
  size_t length = strlen(tree);
  return strncmp(path, tree, length) == 0 && (path[length] == '\\' || path[length] == 0);
}

static bool is_declared(const char *path, int view, bool write, bool above) {
  char key[1200], user[1200] = "";
  fold(path, key);
  if (strncmp(key, "HKU\\", 4) == 0 && strchr(key + 4, '\\'))
    snprintf(user, sizeof user, "HKU%s", strchr(key + 4, '\\'));
  static const char *const mine[] = {"HKLM\\SOFTWARE\\MINE",
                                     "HKLM\\SYSTEM\\CURRENTCONTROLSET\\SERVICES\\\u00c4RGER"};
  for (size_t i = 0; i < 2; i++)
    if (begins(key, mine[i]) || (above && begins(mine[i], key)))
      return true;
  if (write)
    return false;
  static const char narrow[] = "HKLM\\SOFTWARE\\NARROW";
  if ((begins(key, narrow) && view == 32) || (above && begins(narrow, key)))
    return true;
  return begins(user, "HKU\\SOFTWARE\\SITE") ||
         (above && (strncmp(key, "HKU", 3) == 0 && (begins("HKU\\SOFTWARE\\SITE", user) || !*user)));
}

static unsigned let_through;

static void witness(const tlsmend_key *key, bool write, bool above) {
  let_through++;
  if (!is_declared(key->path, key->view, write, above))
    fail_msg("%s (%d-bit view) was let through for %s", key->path, key->view, write ? "writing" : "reading");
}

static int saw_exists(tlsmend_machine *machine, const tlsmend_key *key, bool *out, tlsmend_error *error) {
  witness(key, false, true);
  return machine_key_exists(machine->below, key->path, key->view, out, error);
}

static int saw_get(tlsmend_machine *machine, const tlsmend_key *key, const char *name, tlsmend_value *out,
                   tlsmend_error *error) {
  witness(key, false, false);
  return machine_value_get(machine->below, key->path, key->view, name, out, error);
}

static int saw_keys(tlsmend_machine *machine, const tlsmend_key *key, tlsmend_name_fn fn, void *data,
                    tlsmend_error *error) {
  if (strcmp(key->path, "HKU") != 0)
    witness(key, false, false);
  return machine_each_key(machine->below, key->path, key->view, fn, data, error);
}

static int saw_values(tlsmend_machine *machine, const tlsmend_key *key, tlsmend_name_fn fn, void *data,
                      tlsmend_error *error) {
  witness(key, false, false);
  return machine_each_value(machine->below, key->path, key->view, fn, data, error);
}

/* Nothing is written, so that the machine stays as it is. */
static int saw_apply(tlsmend_machine *machine, const tlsmend_change *change, tlsmend_outcome *outcome,
                     tlsmend_error *error) {
  (void)machine, (void)outcome, (void)error;
  tlsmend_key key = {change->key, change->view};
  witness(&key, true, change->kind == TLSMEND_CHANGE_KEY_CREATE);
  return TLSMEND_OK;
}

static void close_nothing(tlsmend_machine *machine) { (void)machine; }

static const tlsmend_machine_ops witness_ops = {.version = TLSMEND_MACHINE_OPS_VERSION,
                                                .name = "witness",
                                                .close = close_nothing,
                                                .key_exists = saw_exists,
                                                .value_get = saw_get,
                                                .each_key = saw_keys,
                                                .each_value = saw_values,
                                                .apply = saw_apply};

static void spell(char *out) {
  static const char *const roots[] = {"HKLM",
                                      "hklm",
                                      "HKEY_LOCAL_MACHINE",
                                      "HKU\\S-1-5-21-7",
                                      "HKU\\*",
                                      "HKCU",
                                      "HKCR",
                                      "HKCC",
                                      "HKLM\\SOFTWARE\\Mine",
                                      "HKLM\\SOFTWARE\\Narrow",
                                      "HKLM\\SYSTEM\\CurrentControlSet\\Services"};
  static const char *const names[] = {"SOFTWARE",
                                      "Software",
                                      "Mine",
                                      "MINE",
                                      "Mine ",
                                      "Mine.",
                                      "..",
                                      ".",
                                      "",
                                      "Other",
                                      "Wow6432Node",
                                      "WOW6432NODE",
                                      "Classes",
                                      "SYSTEM",
                                      "ControlSet001",
                                      "CurrentControlSet",
                                      "Services",
                                      "Narrow",
                                      "\u00c4rger",
                                      "\u00e4RGER",
                                      "A\u0308rger",
                                      "Site",
                                      "a/b",
                                      "\xc1\x81rger"};
  static const char *const between[] = {"\\", "\\", "\\", "\\", "\\", "\\\\", "/"};
  strcpy(out, roots[random_below(sizeof roots / sizeof *roots)]);
  for (size_t i = random_below(6); i > 0; i--) {
    strcat(out, between[random_below(sizeof between / sizeof *between)]);
    strcat(out, names[random_below(sizeof names / sizeof *names)]);
  }
}

static int nothing(void *data, const char *name) { return (void)data, (void)name, 0; }

/* One question or write, as the modules of a runbook ask it, or raw. */
static int use(tlsmend_machine *guard, const char *path, int view, size_t kind, tlsmend_error *error) {
  tlsmend_value value = {0};
  bool exists;
  int code = TLSMEND_OK;
  switch (kind) {
  case 0:
    code = machine_value_get(guard, path, view, "v", &value, error);
    break;
  case 1:
    code = machine_key_exists(guard, path, view, &exists, error);
    break;
  case 2:
    code = machine_each_key(guard, path, view, nothing, NULL, error);
    break;
  case 3:
    code = machine_each_value(guard, path, view, nothing, NULL, error);
    break;
  case 4:
    code = value_set_dword(&value, 1, error);
    code = code == TLSMEND_OK ? propose_value_set(guard, path, view, "v", &value, NULL, error) : code;
    break;
  case 5:
    code = propose_key_create(guard, path, view, NULL, error);
    break;
  case 6:
    code = propose_key_delete(guard, path, view, NULL, error);
    break;
  default:
    code = propose_value_delete(guard, path, view, "v", NULL, error);
    break;
  }
  tlsmend_value_clear(&value);
  return code;
}

static tlsmend_machine *below, *guard;
static tlsmend_machine seen = {.ops = &witness_ops};

static int setup(void **state) {
  (void)state;
  below = sim_of_text(windows7);
  seen.below = below;
  MUST(guard_open(&seen, &needs, NULL, &guard, &error));
  return 0;
}

static int teardown(void **state) {
  (void)state;
  machine_close(guard);
  machine_close(below);
  return 0;
}

static void test_no_way_out(void **state) {
  (void)state;
  static const int views[] = {0, 32, 64};
  for (unsigned round = 0; round < 150000; round++) {
    char spelled[400], *path = NULL;
    tlsmend_error error;
    spell(spelled);
    bool raw = random_below(3) == 0;
    if (!raw && path_canonical(spelled, &path, &error) != TLSMEND_OK)
      continue;
    use(guard, raw ? spelled : path, views[random_below(3)], random_below(8), &error);
    free(path);
  }
  assert_true(let_through > 10000);
}

static void test_no_way_barred(void **state) {
  (void)state;
  static const struct row {
    const char *path;
    int view;
    size_t kinds;
  } rows[] = {{"hkey_local_machine\\software\\mine", 0, 8},
              {"HKLM\\Software\\MINE\\...\\. \\Mine. ", 32, 8},
              {"HKLM\\SOFTWARE\\Mine\\a/b\\Software", 64, 8},
              {"hklm\\system\\CURRENTCONTROLSET\\services\\\u00e4RGER\\x", 0, 8},
              {"HKLM\\software\\narrow\\x", 32, 4},
              {"HKEY_USERS\\s-1-5-21-7\\SOFTWARE\\site\\x", 0, 4}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    for (size_t kind = 0; kind < rows[i].kinds; kind++) {
      char *path;
      tlsmend_error error;
      MUST(path_canonical(rows[i].path, &path, &error));
      int code = use(guard, path, rows[i].view, kind, &error);
      if (code == TLSMEND_E_REFUSED || code == TLSMEND_E_USAGE)
        fail_msg("%s: %s", rows[i].path, error.text);
      free(path);
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(test_no_way_out, setup, teardown),
                                     cmocka_unit_test_setup_teardown(test_no_way_barred, setup, teardown)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
