/* Snapshots as files: what is carried out and taken back leaves the bytes of the file as they were, whoever wrote it. */
#include "unit/engine.h"

#include "base/unicode.h"
#include "machine/facts.h"
#include "machine/update/servicing.h"

#define HEAD  "Windows Registry Editor Version 5.00\n\n"
#define FACTS "[HKEY_LOCAL_MACHINE\\SOFTWARE\\tlsmend\\Facts]\n\"Architecture\"=\"x64\"\n\n"
#define NT                                                                                                   \
  "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows "                                                       \
  "NT\\CurrentVersion]\n\"CurrentVersion\"=\"6.1\"\n\"CurrentBuildNumber\"=\"7601\"\n\n"

/* As people and other programs write them: comments, an order of their own, LF, roots in lower case, deletions. */
static const char *const foreign[] = {
    HEAD NT FACTS "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Site]\n\"b\"=dword:00000001\n\"a\"=\"x\"\n",
    HEAD "; a comment\n" FACTS
         "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Site\\z]\n\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Site\\a]\n@=\"d\"\n\n" NT,
    "REGEDIT4\n\n" NT FACTS "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Site]\n\"v\"=hex:01,\\\n  02,03\n",
    HEAD FACTS NT "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Site]\n\"gone\"=\"x\"\n\"gone\"=-\n\"v\"=hex(7):61,00,00,"
                  "00,00,00\n\n\n\n",
};

/* Writes the n-th of them, as UTF-16 if asked for; hands out the bytes. */
static unsigned char *write_foreign(size_t n, bool utf16, size_t *size) {
  const char *text = foreign[n];
  unsigned char *bytes = NULL;
  if (utf16 && strncmp(text, "REGEDIT4", 8) != 0) {
    unsigned char *units = unicode_to_utf16(text, strlen(text), size);
    bytes = malloc(*size + 2);
    assert_true(units && bytes);
    memcpy(bytes, "\xff\xfe", 2);
    memcpy(bytes + 2, units, *size);
    *size += 2;
    free(units);
  } else {
    *size = strlen(text);
    bytes = malloc(*size);
    assert_non_null(bytes);
    memcpy(bytes, text, *size);
  }
  file_write("pc.reg", bytes, *size);
  return bytes;
}

static tlsmend_plan *dry_run(tlsmend_machine *machine, size_t writes) {
  tlsmend_plan *plan = plan_new();
  tlsmend_machine *overlay = NULL;
  MUST(overlay_open(machine, plan, &overlay, &error));
  while (writes-- > 0)
    random_write(overlay);
  plan_settle(plan);
  machine_close(overlay);
  return plan;
}

/* Each step on a machine that is flushed and opened anew now and then, as after a kill. */
static void carry_out(const tlsmend_plan *plan, bool backwards) {
  tlsmend_machine *machine = sim_of_file("pc.reg");
  tlsmend_outcome outcome;
  for (size_t i = 0; i < plan->change_count; i++) {
    tlsmend_change inverse = {0};
    const tlsmend_change *change = &plan->changes[backwards ? plan->change_count - 1 - i : i];
    if (random_below(3) == 0) {
      MUST(machine_flush(machine, plan->changes, plan->change_count, &error));
      machine_close(machine);
      machine = sim_of_file("pc.reg");
    }
    if (backwards)
      MUST(change_invert(change, &inverse, &error));
    MUST(machine_apply(machine, backwards ? &inverse : change, &outcome, &error));
    change_clear(&inverse);
  }
  MUST(machine_flush(machine, plan->changes, plan->change_count, &error));
  machine_close(machine);
}

static void test_bytes(void **state) {
  for (size_t round = 0; round < 60; round++) {
    engine_setup(state);
    size_t size = 0;
    unsigned char *bytes = write_foreign(round % 4, round % 8 > 3, &size);
    tlsmend_machine *machine = sim_of_file("pc.reg");
    tlsmend_plan *plan = dry_run(machine, 12);
    machine_close(machine);
    assert_file("pc.reg", bytes, size);
    carry_out(plan, false);
    carry_out(plan, true);
    assert_file("pc.reg", bytes, size);
    tlsmend_plan_free(plan);
    free(bytes);
  }
}

/* Two runs, and an edit by hand in another form between them: each rollback finds the bytes it began with. */
static void test_originals(void **state) {
  (void)state;
  size_t first_size = 0, second_size = 0;
  unsigned char *first = write_foreign(0, false, &first_size);
  tlsmend_machine *machine = sim_of_file("pc.reg");
  tlsmend_plan *one = dry_run(machine, 8);
  machine_close(machine);
  carry_out(one, false);
  carry_out(one, true);
  unsigned char *second = write_foreign(1, false, &second_size);
  machine = sim_of_file("pc.reg");
  tlsmend_plan *two = dry_run(machine, 8);
  machine_close(machine);
  carry_out(two, false);
  carry_out(two, true);
  assert_file("pc.reg", second, second_size);
  file_write("pc.reg", first, first_size);
  carry_out(one, false);
  carry_out(one, true);
  assert_file("pc.reg", first, first_size);
  tlsmend_plan_free(one), tlsmend_plan_free(two);
  free(first), free(second);
}

static void test_drift(void **state) {
  (void)state;
  tlsmend_machine *machine = sim_of_text(windows7);
  tlsmend_value one = {0}, two = {0};
  tlsmend_outcome outcome;
  MUST(value_set_dword(&one, 1, &error));
  MUST(value_set_dword(&two, 2, &error));
  MUST(propose_value_set(machine, SITE, 64, "v", &one, NULL, &error));
  char *before = sim_text(machine);
  tlsmend_change wrong[] = {
      {.kind = TLSMEND_CHANGE_VALUE_SET, .key = SITE, .view = 64, .name = "v", .before = two, .after = two},
      {.kind = TLSMEND_CHANGE_VALUE_SET, .key = SITE, .view = 64, .name = "v", .after = two},
      {.kind = TLSMEND_CHANGE_VALUE_SET, .key = SITE "\\absent", .view = 64, .name = "v", .after = two},
      {.kind = TLSMEND_CHANGE_VALUE_DELETE, .key = SITE, .view = 64, .name = "v", .before = two},
      {.kind = TLSMEND_CHANGE_KEY_CREATE, .key = SITE, .view = 64},
      {.kind = TLSMEND_CHANGE_KEY_CREATE, .key = SITE "\\a\\b", .view = 64},
      {.kind = TLSMEND_CHANGE_KEY_DELETE, .key = SITE, .view = 64},
      {.kind = TLSMEND_CHANGE_KEY_DELETE, .key = SITE "\\absent", .view = 64},
  };
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    MUST_FAIL(TLSMEND_E_DRIFT, machine_apply(machine, &wrong[i], &outcome, &error));
  char *after = sim_text(machine);
  assert_same_text(after, before);
  free(before), free(after);
  tlsmend_value_clear(&one);
  tlsmend_value_clear(&two);
  machine_close(machine);
}

/* A change of anything that the facts rest on makes them anew; they are remembered in between. */
static void test_facts(void **state) {
  (void)state;
  static const char *const places[][2] = {
      {MACHINE_CURRENT_VERSION, "CurrentBuildNumber"},
      {MACHINE_CURRENT_VERSION, "CurrentVersion"},
      {MACHINE_CURRENT_VERSION, "CSDVersion"},
      {MACHINE_CURRENT_VERSION, "EditionID"},
      {MACHINE_CURRENT_VERSION, "DisplayVersion"},
      {"HKLM\\SYSTEM\\CurrentControlSet\\Control\\ProductOptions", "ProductType"},
      {"HKLM\\SYSTEM\\CurrentControlSet\\Control\\ComputerName\\ComputerName", "ComputerName"},
      {"HKLM\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Environment", "PROCESSOR_ARCHITECTURE"},
      {"HKLM\\SOFTWARE\\tlsmend\\Facts", "Architecture"},
      {SITE, "Other"}};
  static const char *const texts[] = {"6.2", "Service Pack 2", "ServerNT", "x86", "ARM64", "7602"};
  for (size_t i = 0; i < sizeof places / sizeof *places; i++)
    for (size_t j = 0; j < sizeof texts / sizeof *texts; j++) {
      tlsmend_machine *machine = sim_of_text(windows7), *fresh = NULL;
      const tlsmend_system *remembered, *read;
      tlsmend_value text = {0};
      MUST(value_set_string(&text, TLSMEND_REG_SZ, texts[j], &error));
      MUST(machine_system(machine, &remembered, &error));
      MUST(propose_value_set(machine, places[i][0], 64, places[i][1], &text, NULL, &error));
      tlsmend_error error; /* no version may be left to tell */
      int code = machine_system(machine, &remembered, &error);
      MUST(sim_clone((sim *)machine, &fresh, &error));
      assert_int_equal(machine_system(fresh, &read, &error), code);
      if (code == TLSMEND_OK)
        assert_memory_equal(remembered, read, sizeof *read);
      tlsmend_value_clear(&text);
      machine_close(fresh);
      machine_close(machine);
    }
}

/* An installation, its restart, and both taken back, with and without the restart, on a file that is opened anew each time. */
static void test_update(void **state) {
  (void)state;
  static const char snapshot[] =
      HEAD NT FACTS "[HKEY_LOCAL_MACHINE\\SOFTWARE\\tlsmend\\Facts\\Files\\64]\n\"System32\\\\winhttp.dll\"="
                    "\"6.1.7601.17514\"\n\n"
                    "[HKEY_LOCAL_MACHINE\\SOFTWARE\\tlsmend\\Facts\\Hotfixes]\n\"KB1\"=\"\"\n";
  tlsmend_file_effect file = {"System32\\winhttp.dll", 64, 0, 0x000600011db15b4fu};
  tlsmend_update update = {
      "KB3140245", "x.msu", NULL, "Package_for_KB3140245~31bf3856ad364e35~amd64~~6.1.1.5", &file, 1};
  tlsmend_change install = {.kind = TLSMEND_CHANGE_UPDATE_INSTALL, .update = update};
  tlsmend_change reboot = {.kind = TLSMEND_CHANGE_REBOOT};
  file_text("pc.reg", snapshot);
  for (int restarted = 0; restarted < 2; restarted++) {
    tlsmend_machine *machine = sim_of_file("pc.reg");
    tlsmend_outcome outcome;
    servicing_presence presence;
    char boot[64], then[64];
    MUST(machine_boot_id(machine, boot, &error));
    MUST(machine_apply(machine, &install, &outcome, &error));
    assert_int_equal(outcome.exit_code, 3010);
    MUST(servicing_detect(machine, &update, &presence, &error));
    assert_true(presence.pending && !presence.installed);
    machine_close(machine);
    machine = sim_of_file("pc.reg");
    if (restarted) {
      MUST(machine_apply(machine, &reboot, &outcome, &error));
      MUST(machine_boot_id(machine, then, &error));
      assert_string_not_equal(boot, then);
      MUST(servicing_detect(machine, &update, &presence, &error));
      assert_true(presence.installed && !presence.pending);
      name_list names = {0};
      MUST(machine_hotfixes(machine, &names, &error));
      assert_int_equal(names.count, 2);
      name_list_clear(&names);
    }
    for (int twice = 0; twice < 2; twice++)
      MUST(machine_update_remove(machine, &install, &error)); /* as after a kill */
    machine_close(machine);
    assert_file("pc.reg", snapshot, sizeof snapshot - 1);
  }
}

/* The processor, where the environment of the system is not in the file. */
static void test_architecture(void **state) {
  (void)state;
  static const char *const rows[][2] = {{"7601.24545.amd64fre.win7sp1_ldr_escrow.200102-1707", "x64"},
                                        {"9600.17031.x86fre.winblue_gdr.140221-1952", "x86"},
                                        {"7600.16385.ia64chk.win7_rtm.090713-1255", "ia64"},
                                        {"26100.1.ARM64fre.ge_release.240331-1435", "arm64"},
                                        {"26100.1.arm64fre", "arm64"},
                                        {"9200.16384.woafre.win8_rtm.120725-1247", ""},
                                        {"7601.24545.amd64", ""},
                                        {"7601.amd64fre.x", ""},
                                        {"amd64fre", ""},
                                        {"7601.24545.fre.", ""},
                                        {"7601.24545.", ""}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    char text[600];
    const tlsmend_system *system;
    snprintf(text, sizeof text,
             "Windows Registry Editor Version 5.00\r\n\r\n"
             "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion]\r\n\"CurrentVersion\"="
             "\"6.1\"\r\n\"CurrentBuildNumber\"=\"7601\"\r\n\"BuildLabEx\"=\"%s\"\r\n",
             rows[i][0]);
    tlsmend_machine *machine = sim_of_text(text);
    MUST(machine_system(machine, &system, &error));
    assert_string_equal(system->architecture, rows[i][1]);
    machine_close(machine);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {ENGINE_TEST(test_bytes), ENGINE_TEST(test_originals),
                                     ENGINE_TEST(test_drift), ENGINE_TEST(test_update),
                                     ENGINE_TEST(test_facts), ENGINE_TEST(test_architecture)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
