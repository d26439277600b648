/* Live only: keys stay open between reads and between writes; what somebody else does meanwhile is seen as if they were opened anew. */
#include "conformance/conformance.h"

#ifdef _WIN32
#include "machine/win32/win32.h"

#define SITE     "SOFTWARE\\tlsmend-conformance"
#define OPENED   SITE "\\key"
#define AWAY     SITE "\\away"
#define SECRET   SITE "\\secret"
#define KEY      BASE "\\key"
#define FOREIGN  (KEY_ALL_ACCESS | KEY_WOW64_64KEY)
#define SKIPPING (strcmp(subject->name, "live") != 0)

static void foreign_set(const char *path, DWORD number) {
  HKEY key;
  assert_int_equal(RegCreateKeyExA(HKEY_LOCAL_MACHINE, path, 0, NULL, 0, FOREIGN, NULL, &key, NULL), 0);
  assert_int_equal(RegSetValueExA(key, "v", 0, REG_DWORD, (const BYTE *)&number, sizeof number), 0);
  RegCloseKey(key);
}

static void foreign_delete(const char *path) {
  assert_int_equal(RegDeleteKeyExA(HKEY_LOCAL_MACHINE, path, KEY_WOW64_64KEY, 0), 0);
}

static void foreign_move(const char *path, const wchar_t *name) {
  typedef LONG(WINAPI * rename_fn)(HKEY, const wchar_t *, const wchar_t *);
  FARPROC found = GetProcAddress(GetModuleHandleW(L"advapi32.dll"), "RegRenameKey");
  rename_fn rename;
  HKEY key;
  memcpy(&rename, &found, sizeof rename);
  assert_non_null(rename);
  assert_int_equal(RegOpenKeyExA(HKEY_LOCAL_MACHINE, path, 0, FOREIGN, &key), 0);
  assert_int_equal(rename(key, NULL, name), 0);
  RegCloseKey(key);
}

static void foreign_link(const char *path) {
  static const wchar_t target[] = L"\\REGISTRY\\Machine\\SOFTWARE\\tlsmend-conformance\\secret";
  HKEY key;
  assert_int_equal(RegCreateKeyExA(HKEY_LOCAL_MACHINE, path, 0, NULL, REG_OPTION_CREATE_LINK,
                                   KEY_CREATE_LINK | KEY_SET_VALUE | KEY_WOW64_64KEY, NULL, &key, NULL),
                   0);
  assert_int_equal(RegSetValueExW(key, L"SymbolicLinkValue", 0, REG_LINK, (const BYTE *)target,
                                  sizeof target - sizeof *target),
                   0);
  RegCloseKey(key);
}

static void foreign_unlink(const char *path) {
  typedef LONG(WINAPI * delete_fn)(HANDLE);
  FARPROC found = GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "NtDeleteKey");
  delete_fn delete_key;
  HKEY key;
  memcpy(&delete_key, &found, sizeof delete_key);
  assert_int_equal(
      RegOpenKeyExA(HKEY_LOCAL_MACHINE, path, REG_OPTION_OPEN_LINK, DELETE | KEY_WOW64_64KEY, &key), 0);
  assert_int_equal(delete_key(key), 0);
  RegCloseKey(key);
}

/* What the machine reads; ABSENT: nothing. */
enum { ABSENT = 0xffff };
static uint64_t read_number(void) {
  tlsmend_value value = get(machine, KEY, 64, "v");
  uint64_t number = ABSENT;
  value_number(&value, &number);
  tlsmend_value_clear(&value);
  return number;
}

/* Somebody else's hand between two reads: what it does, and what is read then; REFUSED: a link. */
enum { REFUSED = 0x10000 };

static void change(void) { foreign_set(OPENED, 2); }
static void drop(void) { foreign_delete(OPENED); }
static void make_anew(void) {
  foreign_delete(OPENED);
  foreign_set(OPENED, 3);
}
static void move(void) { foreign_move(OPENED, L"away"); }
static void move_and_make(void) {
  move();
  foreign_set(OPENED, 4);
}
static void link_after_delete(void) {
  foreign_delete(OPENED);
  foreign_link(OPENED);
}
static void link_after_move(void) {
  move();
  foreign_link(OPENED);
}

static const struct hand {
  void (*does)(void);
  uint64_t then;
  bool moved;
} hands[] = {
    {change, 2, false},
    {drop, ABSENT, false},
    {make_anew, 3, false},
    {move, ABSENT, true},
    {move_and_make, 4, true},
    {link_after_delete, REFUSED, false},
    {link_after_move, REFUSED, true},
};

static void clean(const struct hand *hand) {
  if (hand->then == REFUSED)
    foreign_unlink(OPENED);
  else if (hand->then != ABSENT)
    foreign_delete(OPENED);
  if (hand->moved)
    foreign_delete(AWAY);
}

static void what_happens_between_two_reads_is_seen(void **state) {
  (void)state;
  if (SKIPPING)
    skip_because("only a live Windows keeps keys open");
  static const unsigned char nine[4] = {9};
  set(BASE, 64, "v", TLSMEND_REG_DWORD, nine, 4);
  for (const struct hand *hand = hands; hand < hands + sizeof hands / sizeof *hands; hand++) {
    foreign_set(SECRET, 7);
    foreign_set(OPENED, 1);
    assert_int_equal(read_number(), 1);
    assert_true(exists(KEY, 64));
    assert_non_null(((win32_machine *)machine)->kept);
    hand->does();
    if (hand->then == REFUSED) {
      tlsmend_value value = {0};
      bool there = false;
      MUST_FAIL(TLSMEND_E_REFUSED, machine_value_get(machine, KEY, 64, "v", &value, &error));
      MUST_FAIL(TLSMEND_E_REFUSED, machine_key_exists(machine, KEY, 64, &there, &error));
    } else {
      assert_int_equal(read_number(), hand->then);
      assert_int_equal(exists(KEY, 64), hand->then != ABSENT);
    }
    clean(hand);
    foreign_delete(SECRET);
  }
}

static int write_number(unsigned char before, unsigned char after) {
  const unsigned char from[4] = {before}, to[4] = {after};
  tlsmend_change step = {
      .kind = TLSMEND_CHANGE_VALUE_SET, .key = (char *)KEY, .view = 64, .name = (char *)"v"};
  tlsmend_outcome outcome;
  tlsmend_error error;
  MUST(tlsmend_value_set(&step.before, TLSMEND_REG_DWORD, from, 4, &error));
  MUST(tlsmend_value_set(&step.after, TLSMEND_REG_DWORD, to, 4, &error));
  int code = machine_apply(machine, &step, &outcome, &error);
  tlsmend_value_clear(&step.before);
  tlsmend_value_clear(&step.after);
  return code;
}

static void what_happens_between_two_writes_is_seen(void **state) {
  (void)state;
  if (SKIPPING)
    skip_because("only a live Windows keeps keys open");
  static const unsigned char nine[4] = {9};
  set(BASE, 64, "v", TLSMEND_REG_DWORD, nine, 4);
  for (const struct hand *hand = hands; hand < hands + sizeof hands / sizeof *hands; hand++) {
    foreign_set(SECRET, 6);
    foreign_set(OPENED, 5);
    assert_int_equal(write_number(5, 6), TLSMEND_OK);
    hand->does();
    assert_int_equal(write_number(6, 7), hand->then == REFUSED ? TLSMEND_E_REFUSED : TLSMEND_E_DRIFT);
    tlsmend_value secret = get(machine, BASE "\\secret", 64, "v");
    uint64_t number = 0;
    assert_true(value_number(&secret, &number) && number == 6);
    tlsmend_value_clear(&secret);
    clean(hand);
    foreign_delete(SECRET);
  }
}

/* Which hives they are, tests/wine/test_e2e.sh sees. */
static void changes_are_flushed(void **state) {
  (void)state;
  static char *const keys[] = {KEY,
                               BASE "\\gone\\below",
                               "HKCU\\Software\\tlsmend",
                               "HKCU\\Software\\Classes\\x",
                               "HKU\\.DEFAULT\\Software",
                               "HKU\\S-1-5-21-1-2-3-4\\Software",
                               "HKCR\\.txt",
                               "HKCC\\Software",
                               NULL};
  tlsmend_change changes[sizeof keys / sizeof *keys] = {{.kind = TLSMEND_CHANGE_VALUE_SET}};
  if (SKIPPING)
    skip_because("only a live Windows has hives");
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
    changes[i].key = keys[i], changes[i].view = 64;
  changes[sizeof keys / sizeof *keys - 1].kind = TLSMEND_CHANGE_REBOOT;
  MUST(machine_flush(machine, changes, sizeof keys / sizeof *keys, &error));
  assert_null(((win32_machine *)machine)->kept);
}

static void nothing_stays_open(void **state) {
  (void)state;
  if (SKIPPING)
    skip_because("only a live Windows keeps keys open");
  const win32_machine *live = (const win32_machine *)machine;
  static const unsigned char one[4] = {1};
  char path[64];
  for (int i = 0; i < 200; i++) { /* more than are kept, and each of them twice */
    snprintf(path, sizeof path, BASE "\\%d", i % 100);
    if (i < 100)
      set(path, 64, "v", TLSMEND_REG_DWORD, one, 4);
    tlsmend_value value = get(machine, path, 64, "v");
    assert_true(value.present);
    tlsmend_value_clear(&value);
  }
  assert_non_null(live->kept);
  machine_idle(machine);
  assert_null(live->kept);
  exists("HKU\\.DEFAULT", 64);
  exists("HKU\\.DEFAULT\\Software", 64);
  exists("HKLM", 64);
  assert_null(live->kept); /* a user's hive would not be unloaded */
  foreign_set(OPENED, 1);
  assert_int_equal(read_number(), 1);
  assert_int_equal(write_number(1, 2), TLSMEND_OK);
  assert_true(live->kept_writes);
  assert_int_equal(read_number(), 2);
  assert_false(live->kept_writes);
}

const struct CMUnitTest kept_tests[] = {cmocka_unit_test(what_happens_between_two_reads_is_seen),
                                        cmocka_unit_test(what_happens_between_two_writes_is_seen),
                                        cmocka_unit_test(changes_are_flushed),
                                        cmocka_unit_test(nothing_stays_open),
                                        {0}};
#else
const struct CMUnitTest kept_tests[] = {{0}};
#endif
