/* registry.pol: files made here are read back entry for entry, cut and bent ones end in an error, and plans are marked by them. */
#include "unit/drift.h"

#include "registry/polfile.h"
#include "base/unicode.h"
#include "registry/value.h"

typedef struct bytes {
  unsigned char data[131072];
  size_t size;
} bytes;

static void put(bytes *self, const void *data, size_t size) {
  assert_true(self->size + size <= sizeof self->data);
  if (size > 0)
    memcpy(self->data + self->size, data, size);
  self->size += size;
}

static void put_unit(bytes *self, char unit) { put(self, (const char[2]){unit, 0}, 2); }

static void put_text(bytes *self, const char *text) {
  size_t size = 0;
  unsigned char *wide = unicode_to_utf16(text, strlen(text), &size);
  put(self, wide, size);
  put(self, "\0", 2);
  free(wide);
}

static void put_number(bytes *self, uint32_t number) {
  for (int shift = 0; shift < 32; shift += 8)
    put(self, (const unsigned char[1]){(unsigned char)(number >> shift & 0xFF)}, 1);
}

static void put_entry(bytes *self, const char *key, const char *name, uint32_t type, const void *data,
                      size_t size) {
  put_unit(self, '[');
  put_text(self, key);
  put_unit(self, ';');
  put_text(self, name);
  put_unit(self, ';');
  put_number(self, type);
  put_unit(self, ';');
  put_number(self, (uint32_t)size);
  put_unit(self, ';');
  put(self, data, size);
  put_unit(self, ']');
}

static void begin(bytes *self) {
  self->size = 0;
  put(self, "PReg\1\0\0\0", 8);
}

static int count_entry(void *data, const char *key, const char *name, const tlsmend_value *value) {
  (void)key, (void)name, (void)value;
  ++*(size_t *)data;
  return TLSMEND_OK;
}

/* What is read is written again: the bytes must be the same. */
static int write_entry(void *data, const char *key, const char *name, const tlsmend_value *value) {
  put_entry(data, key, name, value->type, value->data, value->size);
  return TLSMEND_OK;
}

static void test_round_trip(void **state) {
  (void)state;
  static bytes file, again;
  static const char *const names[] = {"", "a;b]c[", "**del.x", "\xc3\xa4\xf0\x9f\x98\x80", "Name"};
  for (int round = 0; round < 2000; round++) {
    tlsmend_error error = {0, ""};
    begin(&file);
    begin(&again);
    for (size_t entries = random_below(6); entries > 0; entries--) {
      unsigned char data[64];
      for (size_t i = 0; i < sizeof data; i++)
        data[i] = (unsigned char)random_next();
      put_entry(&file, names[random_below(5)], names[random_below(5)], random_next() % 12, data,
                random_below(sizeof data));
    }
    world_must(pol_read("made.pol", file.data, file.size, write_entry, &again, &error), &error, "made.pol");
    assert_int_equal(file.size, again.size);
    assert_memory_equal(file.data, again.data, file.size);
    /* a cut is an error, unless it lies between two entries */
    size_t cut = random_below(file.size), count = 0;
    int code = pol_read("cut.pol", file.data, cut, count_entry, &count, &error);
    begin(&again);
    if (code == TLSMEND_OK)
      assert_int_equal(pol_read("cut.pol", file.data, cut, write_entry, &again, &error), TLSMEND_OK);
    assert_true(code == TLSMEND_E_CORRUPT || again.size == cut);
    file.data[random_below(file.size)] ^= (unsigned char)(1 << random_below(8));
    pol_read("bent.pol", file.data, file.size, count_entry, &count, &error); /* any answer but a crash */
  }
}

static void test_instructions(void **state) {
  (void)state;
  tlsmend_error error = {0, ""};
  tlsmend_value list = {0}, number = {0}, nothing = {.present = true};
  value_set_string(&list, TLSMEND_REG_SZ, "One;two words; Three", &error);
  value_set_dword(&number, 1, &error);
  static const struct {
    const char *entry, *name;
    pol_action listed, plain; /* by an entry that holds the list, and the number */
  } rows[] = {
      {"Enabled", "ENABLED", POL_SETS, POL_SETS},
      {"Enabled", "Enable", POL_LEAVES, POL_LEAVES},
      {"", "", POL_SETS, POL_SETS},
      {"**del.Enabled", "enabled", POL_DELETES, POL_DELETES},
      {"**Del.Enabled", "Enabled", POL_DELETES, POL_DELETES},
      {"**del.Enabled", "Other", POL_LEAVES, POL_LEAVES},
      {"**soft.Enabled", "Enabled", POL_SETS_ABSENT, POL_SETS_ABSENT},
      {"**SOFT.Enabled", "Other", POL_LEAVES, POL_LEAVES},
      {"**delvals.", "anything", POL_DELETES, POL_DELETES},
      {"**DelVals", "anything", POL_DELETES, POL_DELETES},
      {"**delvalsx", "anything", POL_LEAVES, POL_LEAVES},
      {"**DeleteValues", "TWO WORDS", POL_DELETES, POL_LEAVES},
      {"**DeleteValues", "three", POL_DELETES, POL_LEAVES},
      {"**DeleteValues", "two", POL_LEAVES, POL_LEAVES},
      {"**DeleteKeys", "One", POL_LEAVES, POL_LEAVES},
      {"**securekey", "**securekey", POL_LEAVES, POL_LEAVES},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    assert_int_equal(pol_action_on(rows[i].entry, &list, rows[i].name), rows[i].listed);
    assert_int_equal(pol_action_on(rows[i].entry, &number, rows[i].name), rows[i].plain);
  }
  assert_int_equal(pol_action_on("", &nothing, ""), POL_LEAVES); /* makes the key alone */
  assert_true(pol_deletes_key("**DeleteKeys", &list, "TWO WORDS\\x", "A\\two words\\x"));
  assert_true(pol_deletes_key("**deletekeys ", &list, NULL, "three"));
  assert_false(pol_deletes_key("**DeleteKeys", &list, "two", "A\\two"));
  assert_false(pol_deletes_key("**DeleteKeys", &list, "Ones", "A\\One"));
  assert_false(pol_deletes_key("**DeleteValues", &list, "One", "One"));
  tlsmend_value_clear(&list);
  tlsmend_value_clear(&number);
}

/* More than [MS-GPREG] allows, as Windows takes it; and a size that promises more than there is. */
static void test_sizes(void **state) {
  (void)state;
  static bytes file;
  static unsigned char data[70000];
  tlsmend_error error = {0, ""};
  size_t count = 0;
  begin(&file);
  put_entry(&file, "A", "Blob", TLSMEND_REG_BINARY, data, sizeof data);
  put_entry(&file, "A", "after", TLSMEND_REG_DWORD, "\1\0\0\0", 4);
  world_must(pol_read("big.pol", file.data, file.size, count_entry, &count, &error), &error, "big.pol");
  assert_int_equal(count, 2);
  for (int high = 1; high < 256; high *= 2) {
    begin(&file);
    put_entry(&file, "A", "v", TLSMEND_REG_DWORD, "\1\0\0\0", 4);
    file.data[file.size - 4 - 2 - 2 - 1] = (unsigned char)high; /* the highest byte of the size */
    assert_int_equal(pol_read("huge.pol", file.data, file.size, count_entry, &count, &error),
                     TLSMEND_E_CORRUPT);
    assert_non_null(strstr(error.text, "huge.pol, byte "));
  }
}

#define SETTINGS "SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Internet Settings"
#define PERSON   "HKU\\S-1-5-21-1-2-3-1001\\Software\\World"

static void write_runbook(void) {
  text_builder text = {0};
  text_add(
      &text,
      "local registry = require \"registry\"\nreturn { id = \"owned\", version = \"1.0.0\", title = "
      "\"owned\",\n"
      "needs = { registry = { [[HKLM\\SOFTWARE\\World]], [[HKLM\\SOFTWARE\\Policies\\World]],\n"
      "[[HKLM\\" SETTINGS "]], [[HKU\\*\\Software\\World]] } }, run = function()\n"
      "for i, name in ipairs { 'one', 'two', 'same', 'gone', 'soft', 'list', 'all' } do\n"
      "registry.set([[HKLM\\SOFTWARE\\World\\own]] .. (name == 'all' and [[\\all\\key]] or ''), name, 7)\n"
      "end\n"
      "registry.set([[HKLM\\SOFTWARE\\World\\own]], 'view', 7, { view = 32 })\n"
      "registry.set([[HKLM\\SOFTWARE\\World\\own]], 'other view', 7, { view = 64 })\n"
      "registry.set([[HKLM\\SOFTWARE\\Policies\\World]], \"three\", 7)\n"
      "registry.set([[HKLM\\SOFTWARE\\Policies\\World]], \"shared\", 7)\n"
      "registry.set([[HKLM\\" SETTINGS "]], \"SecureProtocols\", 7)\n"
      "registry.set([[" PERSON "]], \"person\", 7)\n"
      "registry.get([[HKLM\\SOFTWARE\\World\\read]], \"pending\")\n"
      "registry.get([[HKLM\\SOFTWARE\\World\\read]], \"done\")\n"
      "registry.get([[HKLM\\SOFTWARE\\World\\read]], \"unsaid\")\n"
      "end }\n");
  world_write("owned.lua", &text);
}

static void write_machine(void) {
  text_builder machine = {0};
  text_add(
      &machine,
      "Windows Registry Editor Version 5.00\r\n\r\n"
      "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion]\r\n"
      "\"CurrentVersion\"=\"6.1\"\r\n\"CurrentBuildNumber\"=\"7601\"\r\n\r\n"
      "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\World]\r\n\"three\"=dword:1\r\n\r\n"
      "[HKEY_LOCAL_MACHINE\\SOFTWARE\\World\\read]\r\n\"done\"=dword:1\r\n\r\n"
      "[HKEY_LOCAL_MACHINE\\SOFTWARE\\tlsmend\\Facts]\r\n\"Architecture\"=\"x64\"\r\n\r\n"
      "[HKEY_LOCAL_MACHINE\\SYSTEM\\Select]\r\n\"Current\"=dword:2\r\n\r\n"
      "[HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet002\\Control\\Lsa]\r\n\r\n"
      "[HKEY_USERS\\S-1-5-21-1-2-3-1001\\Software\\World]\r\n\r\n"
      "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Microsoft\\Windows\\CurrentVersion\\Internet Settings]\r\n"
      "\"SecureProtocols\"=dword:00000a80\r\n");
  world_write("pc.reg", &machine);
}

static void put_dword(bytes *self, const char *key, const char *name, char number) {
  put_entry(self, key, name, TLSMEND_REG_DWORD, (const char[4]){number}, 4);
}

static void put_list(bytes *self, const char *key, const char *name, const char *list) {
  tlsmend_value value = {0};
  value_set_string(&value, TLSMEND_REG_SZ, list, NULL);
  put_entry(self, key, name, value.type, value.data, value.size);
  tlsmend_value_clear(&value);
}

static void keep(const char *name, const bytes *file) {
  tlsmend_error error = {0, ""};
  world_must(os_file_replace(world_path(name), file->data, file->size, &error), &error, name);
}

static void write_policies(void) {
  static bytes file;
  begin(&file);
  put_dword(&file, "Software\\World\\OWN", "ONE", 1);
  put_dword(&file, "Software\\World\\other", "two", 1);
  put_dword(&file, "Software\\World\\own", "same", 1); /* the later one wins */
  put_dword(&file, "\\Software\\World\\own\\", "same", 7);
  put_list(&file, "Software\\World\\own", "**del.gone", " ");
  put_dword(&file, "Software\\World\\own", "**soft.soft", 1);
  put_list(&file, "Software\\World\\own", "**DeleteValues", "x;List");
  put_list(&file, "Software\\World\\own", "**DeleteKeys", "none;ALL");
  put_dword(&file, "SOFTWARE\\WOW6432node\\World\\own", "view", 1);
  put_dword(&file, "SOFTWARE\\Wow6432Node\\World\\own", "other view", 1);
  put_dword(&file, "SOFTWARE\\Wow6432Node\\Policies\\World", "shared", 7); /* both views are one key */
  put_dword(&file, "SOFTWARE\\World\\read", "pending", 1);
  put_dword(&file, "SOFTWARE\\World\\read", "done", 1);
  put_entry(&file, "Software\\Policies\\Microsoft\\Windows\\CurrentVersion\\Internet Settings",
            "secureprotocols", TLSMEND_REG_DWORD, "\x80\x0a\0\0", 4);
  put_dword(&file,
            "SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols\\TLS 1.2\\Client",
            "DisabledByDefault", 1);
  put_dword(&file, "SYSTEM\\controlset002\\Control\\Lsa\\FipsAlgorithmPolicy", "Enabled", 1);
  keep("pc.reg.Machine.pol", &file);
  begin(&file);
  put_dword(&file, "Software\\World", "person", 1);
  put_dword(&file, "Software\\World\\own", "two", 1); /* of users, not of the machine */
  keep("pc.reg.User.pol", &file);
}

static const char *owner_of(const tlsmend_plan *plan, const char *name) {
  for (size_t i = 0; i < plan->change_count; i++)
    if (plan->changes[i].name && strcmp(plan->changes[i].name, name) == 0)
      return plan->changes[i].owner ? plan->changes[i].owner : "nobody";
  return "not in the plan";
}

static bool has_finding(const tlsmend_plan *plan, const char *part) {
  for (size_t i = 0; i < plan->findings.list.count; i++)
    if (strstr(plan->findings.list.items[i], part))
      return true;
  return false;
}

static void test_marks(void **state) {
  (void)state;
  static const struct {
    const char *name, *before, *after; /* without policy files, and with them */
  } rows[] = {
      {"one", "nobody", ".Machine.pol) to REG_DWORD 0x1 (1), and comes back"},
      {"two", "nobody", "nobody"},
      {"same", "nobody", "nobody"},
      {"gone", "nobody", ".Machine.pol) at the next refresh"},
      {"soft", "nobody", "nobody"},
      {"list", "nobody", "deleted by Group Policy ("},
      {"all", "nobody", "deleted by Group Policy ("},
      {"view", "nobody", ".Machine.pol) to REG_DWORD 0x1 (1)"},
      {"other view", "nobody", "nobody"},
      {"three", "a policy key", "a policy key"},
      {"shared", "in a policy key", "nobody"},
      {"person", "nobody", ".User.pol) to REG_DWORD 0x1 (1)"},
      {"SecureProtocols", "overridden by the policy value HKLM\\SOFTWARE\\Policies",
       "overridden by the policy"},
  };
  write_machine();
  write_runbook();
  tlsmend_session *session = session_of("pc.reg");
  for (int files = 0; files < 2; files++) {
    if (files)
      write_policies();
    tlsmend_plan *plan = plan_of(session, "owned.lua");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
      const char *owner = owner_of(plan, rows[i].name);
      if (!strstr(owner, files ? rows[i].after : rows[i].before))
        fail_msg("%s: %s", rows[i].name, owner);
    }
    assert_int_equal(plan->findings.list.count, files ? 3 : 0);
    assert_true(!files || has_finding(plan, ".Machine.pol) sets the same: HKLM\\SOFTWARE\\World\\own same"));
    assert_true(!files || has_finding(plan, ".Machine.pol) sets the same: HKLM\\SOFTWARE\\Policies\\World"));
    assert_true(!files ||
                has_finding(plan, "has not set HKLM\\SOFTWARE\\World\\read pending yet: now absent, "
                                  "from its next refresh on REG_DWORD 0x1 (1)"));
    tlsmend_plan_free(plan);
  }
  tlsmend_session_close(session);
}

/* The state names the values that it rests on: one that policy has set, one that it has not set yet, one that is
 * not told. */
static void test_state(void **state) {
  (void)state;
  tlsmend_error error = {0, ""};
  tlsmend_verdict verdict;
  char *text = NULL;
  json_t *json = NULL, *rows = NULL;
  write_machine();
  write_policies();
  tlsmend_session *session = session_of("pc.reg");
  world_must(tlsmend_state(session, TLSMEND_FORMAT_JSON, &text, &verdict, &error), &error, "state");
  assert_non_null(json = json_loads(text, 0, NULL));
  rows = json_object_get(json, "policy_values");
  assert_int_equal(json_array_size(rows), 3);
  for (size_t i = 0; i < 3; i++) {
    const json_t *row = json_array_get(rows, i);
    const char *name = json_string_value(json_object_get(row, "name"));
    assert_int_equal(json_is_true(json_object_get(row, "same")), strcmp(name, "SecureProtocols") == 0);
    /* DisabledByDefault: its branch is not in the file */
    assert_int_equal(json_is_null(json_object_get(row, "now")), *name == 'D');
    assert_string_equal(json_string_value(json_object_get(row, "next")),
                        *name == 'S' ? "REG_DWORD 0xA80 (2688)" : "REG_DWORD 0x1 (1)");
  }
  json_decref(json);
  tlsmend_text_free(text);
  tlsmend_session_close(session);
}

/* One that is not one ends the plan, with its name. */
static void test_broken(void **state) {
  (void)state;
  tlsmend_error error = {0, ""};
  tlsmend_plan *plan = NULL;
  const char *runbook = NULL;
  write_machine();
  write_policies();
  world_must(os_file_replace(world_path("pc.reg.User.pol"), "PReg\1\0\0\0[", 9, &error), &error, "User.pol");
  tlsmend_session *session = session_of("pc.reg");
  runbook = world_path("owned.lua");
  assert_int_equal(tlsmend_plan_make(session, &runbook, 1, NULL, 0, &plan, &error), TLSMEND_E_CORRUPT);
  assert_non_null(strstr(error.text, "pc.reg.User.pol, byte 8: not a registry.pol"));
  tlsmend_session_close(session);
}

static int check_shared(void *data, const char *name) {
  tlsmend_error error = {0, ""};
  char path[1024], *text = NULL;
  size_t size = 0, count = 0, length = strlen(name);
  if (length < 4 || strcmp(name + length - 4, ".pol") != 0)
    return TLSMEND_OK;
  snprintf(path, sizeof path, "%s/%s", (const char *)data, name);
  world_must(os_file_read(path, 1 << 24, &text, &size, &error), &error, path);
  world_must(pol_read(path, text, size, count_entry, &count, &error), &error, path);
  print_message("%s: %zu entries\n", name, count);
  assert_true(count > 0);
  free(text);
  return TLSMEND_OK;
}

/* Files from real machines, where they are at hand. */
static void test_real(void **state) {
  (void)state;
  char folder[700];
  const char *shared = getenv("TLSMEND_SHARED");
  snprintf(folder, sizeof folder, "%s/reg", shared ? shared : TLSMEND_SOURCE "/../shared");
  if (!os_dir_exists(folder)) {
    fprintf(stderr, "SKIPPED: no registry.pol of real machines: TLSMEND_SHARED names the folder above reg\n");
    skip();
  }
  os_dir_each(folder, check_shared, folder, NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_round_trip), cmocka_unit_test(test_instructions),
                                     cmocka_unit_test(test_sizes),      cmocka_unit_test(test_marks),
                                     cmocka_unit_test(test_state),      cmocka_unit_test(test_broken),
                                     cmocka_unit_test(test_real)};
  return cmocka_run_group_tests(tests, world_open, world_close);
}
