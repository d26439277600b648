/* registry.pol: files made here are read back entry for entry, cut and bent ones end in an error, and plans are marked by them. */
#include "unit/drift.h"

#include "registry/polfile.h"
#include "base/unicode.h"
#include "registry/value.h"
#include "session/policy/group_policy.h"

typedef struct bytes {
  unsigned char data[65536];
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
  tlsmend_value list = {0}, number = {0};
  value_set_string(&list, TLSMEND_REG_SZ, "One;two words;Three", &error);
  value_set_dword(&number, 1, &error);
  assert_true(pol_concerns("Enabled", &number, "ENABLED"));
  assert_false(pol_concerns("Enabled", &number, "Enable"));
  assert_true(pol_concerns("**del.Enabled", &number, "enabled"));
  assert_true(pol_concerns("**Del.Enabled", &number, "Enabled"));
  assert_true(pol_concerns("**soft.Enabled", &number, "Enabled"));
  assert_false(pol_concerns("**del.Enabled", &number, "Other"));
  assert_true(pol_concerns("**delvals.", &number, "anything"));
  assert_true(pol_concerns("**DeleteValues", &list, "TWO WORDS"));
  assert_true(pol_concerns("**DeleteValues", &list, "three"));
  assert_false(pol_concerns("**DeleteValues", &list, "two"));
  assert_false(pol_concerns("**securekey", &number, "**securekey"));
  tlsmend_value_clear(&list);
  tlsmend_value_clear(&number);
}

static void write_runbook(void) {
  text_builder text = {0};
  text_add(&text,
           "local registry = require \"registry\"\nreturn { id = \"owned\", version = \"1.0.0\", title = "
           "\"owned\",\n"
           "needs = { registry = { [[HKLM\\SOFTWARE\\World]], [[HKLM\\SOFTWARE\\Policies\\World]],\n"
           "[[HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Internet Settings]] } }, run = function()\n"
           "registry.set([[HKLM\\SOFTWARE\\World\\own]], \"one\", 7)\n"
           "registry.set([[HKLM\\SOFTWARE\\World\\own]], \"two\", 7)\n"
           "registry.set([[HKLM\\SOFTWARE\\Policies\\World]], \"three\", 7)\n"
           "registry.set([[HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Internet Settings]], "
           "\"SecureProtocols\", 7)\n"
           "end }\n");
  world_write("owned.lua", &text);
}

static const char *owner_of(const tlsmend_plan *plan, const char *name) {
  for (size_t i = 0; i < plan->change_count; i++)
    if (plan->changes[i].name && strcmp(plan->changes[i].name, name) == 0)
      return plan->changes[i].owner ? plan->changes[i].owner : "nobody";
  return "not in the plan";
}

static void test_marks(void **state) {
  (void)state;
  static bytes file;
  tlsmend_error error = {0, ""};
  text_builder machine = {0};
  text_add(
      &machine,
      "Windows Registry Editor Version 5.00\r\n\r\n"
      "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion]\r\n"
      "\"CurrentVersion\"=\"6.1\"\r\n\"CurrentBuildNumber\"=\"7601\"\r\n\r\n"
      "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\World]\r\n\"three\"=dword:1\r\n\r\n"
      "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Microsoft\\Windows\\CurrentVersion\\Internet Settings]\r\n"
      "\"SecureProtocols\"=dword:00000a80\r\n");
  world_write("pc.reg", &machine);
  write_runbook();
  begin(&file);
  put_entry(&file, "Software\\World\\OWN", "ONE", TLSMEND_REG_DWORD, "\1\0\0\0", 4);
  put_entry(&file, "Software\\World\\other", "two", TLSMEND_REG_DWORD, "\1\0\0\0", 4);
  world_must(os_file_replace(world_path("registry.pol"), file.data, file.size, &error), &error,
             "registry.pol");
  tlsmend_session *session = session_of("pc.reg");
  tlsmend_plan *plan = plan_of(session, "owned.lua");
  assert_non_null(strstr(owner_of(plan, "three"), "a policy key"));
  assert_non_null(
      strstr(owner_of(plan, "SecureProtocols"), "overridden by the policy value HKLM\\SOFTWARE\\Policies"));
  assert_string_equal(owner_of(plan, "one"), "nobody");
  world_must(session_mark_file(plan, "HKLM", world_path("registry.pol"), &error), &error, "mark");
  assert_non_null(strstr(owner_of(plan, "one"), "registry.pol"));
  assert_string_equal(owner_of(plan, "two"), "nobody");
  size_t findings = plan->findings.list.count;
  world_must(session_mark_file(plan, "HKLM", world_path("absent.pol"), &error), &error, "mark");
  assert_int_equal(plan->findings.list.count, findings);
  /* not one: said, not hidden */
  world_must(session_mark_file(plan, "HKLM", world_path("owned.lua"), &error), &error, "mark");
  assert_int_equal(plan->findings.list.count, findings + 1);
  tlsmend_plan_free(plan);
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
                                     cmocka_unit_test(test_marks), cmocka_unit_test(test_real)};
  return cmocka_run_group_tests(tests, world_open, world_close);
}
