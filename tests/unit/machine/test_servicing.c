/* The states of a package: one table, and one judgement of an update that is made from it. */
#include "unit/engine.h"

#include "machine/backends.h"
#include "machine/update/cbs.h"
#include "machine/update/servicing.h"
#include "machine/update/winners.h"

#define WINNERS "SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\SideBySide\\Winners"
#define PACKAGE "Package_for_KB3140245~31bf3856ad364e35~amd64~~6.1.1.0"

/* Every number that a DWORD can be near the known ones: a name and a meaning only for those that are known. */
static void only_what_is_known(void **state) {
  (void)state;
  size_t known = 0;
  for (int32_t number = -300; number <= 300; number++) {
    const char *name = cbs_state_name(number);
    cbs_meaning meaning = cbs_meaning_of(number);
    bool nameless = strcmp(name, number < 0 ? "broken" : "unknown") == 0;
    if (nameless)
      assert_int_equal(meaning, CBS_MEANS_BROKEN);
    known += !nameless;
  }
  assert_int_equal(known, 11);
  assert_int_equal(cbs_meaning_of(CBS_INSTALL_PENDING), CBS_MEANS_PENDING);
  assert_int_equal(cbs_meaning_of(INT32_MIN), CBS_MEANS_BROKEN);
  assert_int_equal(cbs_meaning_of(INT32_MAX), CBS_MEANS_BROKEN);
  assert_string_equal(cbs_meaning_name(CBS_MEANS_NO), "no");
  assert_string_equal(cbs_meaning_name(CBS_MEANS_INSTALLED), "installed");
}

static tlsmend_machine *open_with(uint32_t package, const char *version) {
  char text[1200], file[200] = "";
  tlsmend_machine *machine = NULL;
  if (*version)
    snprintf(
        file, sizeof file,
        "[HKEY_LOCAL_MACHINE\\SOFTWARE\\tlsmend\\Facts\\Files\\64]\r\n\"system32\\\\webio.dll\"=\"%s\"\r\n",
        version);
  snprintf(text, sizeof text,
           "Windows Registry Editor Version 5.00\r\n\r\n"
           "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows "
           "NT\\CurrentVersion]\r\n\"CurrentVersion\"=\"6.1\"\r\n"
           "\"CurrentBuildNumber\"=\"7601\"\r\n"
           "[HKEY_LOCAL_MACHINE\\SOFTWARE\\tlsmend\\Facts]\r\n\"Architecture\"=\"x64\"\r\n"
           "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based "
           "Servicing\\Packages\\" PACKAGE "]\r\n\"CurrentState\"=dword:%08x\r\n%s",
           (unsigned)package, file);
  backend_request request = {.argument = "test", .text = text};
  MUST(sim_open(&request, &machine, &error));
  return machine;
}

/* What each state comes to with new files, with old ones, and where the files are silent. The first column of letters is
 * `installed`, the second `pending`. */
static void every_state_with_every_file(void **state) {
  (void)state;
  static const struct {
    uint32_t package;
    const char *newer, *older, *silent;
  } rows[] = {
      {0x00, "y-", "--", "--"},       {0x05, "y-", "--", "--"},       {0x10, "y-", "--", "--"},
      {0x20, "y-", "--", "--"},       {0x30, "y-", "--", "--"},       {0x40, "y-", "--", "--"},
      {0x50, "y-", "--", "y-"},       {0x60, "yy", "-y", "-y"},       {0x65, "y-", "--", "y-"},
      {0x70, "y-", "y-", "y-"},       {0x80, "y-", "y-", "y-"},       {0x55, "y-", "--", "--"},
      {0xFFFFFF90, "y-", "--", "--"}, {0xFFFFFFC0, "y-", "--", "--"},
  };
  static const char *const versions[] = {"6.1.7601.23375", "6.1.7601.17514", ""};
  tlsmend_file_effect file = {.path = "System32\\webio.dll", .view = 64, .after = 0x000600011DB15B4F};
  tlsmend_update update = {.kb = "KB3140245", .files = &file, .file_count = 1};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    const char *const expected[] = {rows[i].newer, rows[i].older, rows[i].silent};
    for (size_t j = 0; j < 3; j++) {
      servicing_presence found;
      tlsmend_machine *machine = open_with(rows[i].package, versions[j]);
      MUST(servicing_detect(machine, &update, &found, &error));
      machine_close(machine);
      if (found.installed != (expected[j][0] == 'y') || found.pending != (expected[j][1] == 'y'))
        fail_msg("state 0x%02x with file %s: installed %d, pending %d (%s)", (unsigned)rows[i].package,
                 versions[j], found.installed, found.pending, found.evidence);
    }
  }
}

/* What a component's key says, by the names that real machines have: a version, or nothing. */
static void winners(void **state) {
  (void)state;
  static const struct {
    const char *system, *component;
    int view;
    const char *key, *text; /* below Winners */
    uint64_t version;       /* 0: absent */
  } rows[] = {
#define WEBIO   "amd64_microsoft-windows-webio_31bf3856ad364e35_none_46965e6a44b124c4"
#define WEBIO32 "wow64_microsoft-windows-webio_31bf3856ad364e35_none_50eb08bc7911e6bf"
#define WINHTTP "amd64_microsoft.windows.winhttp_31bf3856ad364e35_none_070f71fc9f68c1f8"
#define WON     "]\r\n@=\"6.1.7601.24540\"\r\n\"6.1.7601.24540\"=hex:01\r\n\"6.1.7601.17514\"=hex:01\r\n"
      {"x64", "microsoft-windows-webio", 64, WEBIO, "\\6.1" WON, 0x000600011DB15FDC},
      {"x64", "microsoft-windows-webio", 0, WEBIO, "\\6.1" WON, 0x000600011DB15FDC},
      {"x64", "microsoft-windows-webio", 32, WEBIO, "\\6.1" WON, 0},
      {"x64", "microsoft-windows-webio", 32, WEBIO32, "\\6.1" WON, 0x000600011DB15FDC},
      {"x86", "microsoft-windows-webio", 32,
       "x86_microsoft-windows-webio_31bf3856ad364e35_none_ea77c2e68c53b38e", "\\6.1" WON, 0x000600011DB15FDC},
      {"x64", "microsoft-windows-security-schannel", 64,
       "amd64_microsoft-windows-security-schannel_31bf3856ad364e35_none_ceefe6e58cda1367", "\\6.1" WON,
       0x000600011DB15FDC},
      {"arm64", "microsoft-windows-webio", 64, WEBIO, "\\6.1" WON, 0},
      {"x64", "microsoft-windows-other", 64, WEBIO, "\\6.1" WON, 0},
      {"x64", "microsoft.windows.winhttp", 64, WINHTTP,
       "\\5.1]\r\n@=\"5.1.7601.17514\"\r\n\"5.1.7601.17514\"=hex:01\r\n", 0x000500011DB1446A},
      /* two branches: the key names one, or it cannot be told */
      {"x64", "microsoft-windows-webio", 64, WEBIO,
       "]\r\n@=\"6.1\"\r\n[HKEY_LOCAL_MACHINE\\" WINNERS "\\" WEBIO "\\6.0]\r\n[HKEY_LOCAL_MACHINE\\" WINNERS
       "\\" WEBIO "\\6.1" WON,
       0x000600011DB15FDC},
      {"x64", "microsoft-windows-webio", 64, WEBIO,
       "\\6.0]\r\n[HKEY_LOCAL_MACHINE\\" WINNERS "\\" WEBIO "\\6.1" WON, 0},
      /* none has won, the one that has is not there, or is no version */
      {"x64", "microsoft-windows-webio", 64, WEBIO, "\\6.1]\r\n\"6.1.7601.24540\"=hex:01\r\n", 0},
      {"x64", "microsoft-windows-webio", 64, WEBIO, "\\6.1]\r\n@=\"6.1.7601.24540\"\r\n", 0},
      {"x64", "microsoft-windows-webio", 64, WEBIO,
       "\\6.1]\r\n@=\"6.1.7601.24540\"\r\n\"6.1.7601.24540\"=hex:00\r\n", 0},
      {"x64", "microsoft-windows-webio", 64, WEBIO, "\\6.1]\r\n@=\"newest\"\r\n\"newest\"=hex:01\r\n", 0},
      {"x64", "microsoft-windows-webio", 64, WEBIO, "]\r\n@=\"..\\\\x\"\r\n", 0},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    char text[2000];
    uint64_t version = 1;
    tlsmend_machine *machine = NULL;
    snprintf(text, sizeof text,
             "Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows "
             "NT\\CurrentVersion]\r\n\"CurrentVersion\"=\"6.1\"\r\n\"CurrentBuildNumber\"=\"7601\"\r\n"
             "[HKEY_LOCAL_MACHINE\\SOFTWARE\\tlsmend\\Facts]\r\n\"Architecture\"=\"%s\"\r\n"
             "[HKEY_LOCAL_MACHINE\\" WINNERS "\\%s%s",
             rows[i].system, rows[i].key, rows[i].text);
    backend_request request = {.argument = "test", .text = text};
    MUST(sim_open(&request, &machine, &error));
    int code = winners_version(machine, rows[i].component, rows[i].view, &version, NULL);
    machine_close(machine);
    if (code != (rows[i].version ? TLSMEND_OK : TLSMEND_E_ABSENT) || (!code && version != rows[i].version))
      fail_msg("row %zu: %d, %llx", i, code, (unsigned long long)version);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(only_what_is_known),
                                     cmocka_unit_test(every_state_with_every_file),
                                     cmocka_unit_test(winners)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
