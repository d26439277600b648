/*
 * What the tests of the engine share: a work folder, small snapshots as machines, random registries and random writes.
 * Include after random.h's seed is set where a test wants its own.
 */
#ifndef UNIT_ENGINE_H
#define UNIT_ENGINE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "plan/change.h"
#include "plan/plan.h"
#include "registry/value.h"
#include "machine/backends.h"
#include "machine/machine.h"
#include "machine/overlay.h"
#include "machine/propose.h"
#include "machine/sim/sim.h"
#include "os/os.h"
#include "unit/random.h"

#define SITE "HKLM\\SOFTWARE\\Site"

#define MUST(call)                                                                                           \
  do {                                                                                                       \
    tlsmend_error error = {0, ""};                                                                           \
    int answered = (call);                                                                                   \
    if (answered != TLSMEND_OK)                                                                              \
      fail_msg("%s: %s: %s", #call, tlsmend_error_name(answered), error.text);                               \
  } while (0)

/* Also: an error is one line that is not empty. */
#define MUST_FAIL(expected, call)                                                                            \
  do {                                                                                                       \
    tlsmend_error error = {0, ""};                                                                           \
    int answered = (call);                                                                                   \
    if (answered != (expected))                                                                              \
      fail_msg("%s answers %s (%s), not %s", #call, tlsmend_error_name(answered), error.text,                \
               tlsmend_error_name(expected));                                                                \
    assert_true(error.text[0] != 0 && !strchr(error.text, '\n'));                                            \
  } while (0)

/* The head of a snapshot of a 64-bit Windows 7; a test adds keys behind it. */
static const char windows7[] =
    "Windows Registry Editor Version 5.00\r\n\r\n"
    "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion]\r\n"
    "\"CurrentBuildNumber\"=\"7601\"\r\n\"CurrentVersion\"=\"6.1\"\r\n\r\n"
    "[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL]\r\n\r\n"
    "[HKEY_LOCAL_MACHINE\\SOFTWARE\\tlsmend\\Facts]\r\n\"Architecture\"=\"x64\"\r\n\r\n";

/* Files. */

static char engine_folder[256];

static inline char *engine_path(const char *name) {
  char *path = os_path_join(engine_folder, name);
  assert_non_null(path);
  return path;
}

static inline int remove_one(void *folder, const char *name) {
  char *path = os_path_join(folder, name);
  if (os_file_remove(path, NULL) != TLSMEND_OK && os_dir_exists(path)) /* a link to a folder is a file here */
    os_dir_each(path, remove_one, path, NULL);
  free(path);
  return 0;
}

static inline int remove_folders(void *folder, const char *name) {
  char *path = os_path_join(folder, name);
  if (os_dir_exists(path)) {
    os_dir_each(path, remove_folders, path, NULL);
    os_dir_remove(path, NULL);
  }
  free(path);
  return 0;
}

/* An empty work folder of this process. For cmocka's setup of a test. */
static inline int engine_setup(void **state) {
  (void)state;
  const char *base = getenv("TMPDIR") ? getenv("TMPDIR") : getenv("TEMP") ? getenv("TEMP") : "/tmp";
  snprintf(engine_folder, sizeof engine_folder, "%s/tlsmend-engine-%u", base, os_process_id());
  MUST(os_dir_make(engine_folder, &error));
  os_dir_each(engine_folder, remove_one, engine_folder, NULL);
  os_dir_each(engine_folder, remove_folders, engine_folder, NULL);
  return 0;
}

static inline int engine_teardown(void **state) {
  (void)state;
  os_dir_each(engine_folder, remove_one, engine_folder, NULL);
  os_dir_each(engine_folder, remove_folders, engine_folder, NULL);
  os_dir_remove(engine_folder, NULL);
  return 0;
}

#define ENGINE_TEST(function) cmocka_unit_test_setup_teardown(function, engine_setup, engine_teardown)

static inline void file_write(const char *name, const void *bytes, size_t size) {
  char *path = engine_path(name);
  MUST(os_file_replace(path, bytes, size, &error));
  free(path);
}

static inline void file_text(const char *name, const char *text) { file_write(name, text, strlen(text)); }

static inline char *file_read(const char *name, size_t *size) {
  char *path = engine_path(name), *bytes = NULL;
  size_t length = 0;
  MUST(os_file_read(path, (size_t)1 << 30, &bytes, size ? size : &length, &error));
  free(path);
  return bytes;
}

static inline void assert_file(const char *name, const void *bytes, size_t size) {
  size_t now_size = 0;
  char *now = file_read(name, &now_size);
  if (now_size != size || memcmp(now, bytes, size) != 0)
    fail_msg("%s is not the same bytes (%zu, expected %zu):\n%.2000s", name, now_size, size, now);
  free(now);
}

/* Machines. */

/* A snapshot in memory. */
static inline tlsmend_machine *sim_of_text(const char *text) {
  backend_request request = {.argument = "test", .text = text};
  tlsmend_machine *machine = NULL;
  MUST(sim_open(&request, &machine, &error));
  return machine;
}

/* A snapshot that is a file of the work folder. */
static inline tlsmend_machine *sim_of_file(const char *name) {
  char *path = engine_path(name), *state = engine_path("state");
  backend_request request = {.argument = path, .path = path, .state = state};
  tlsmend_machine *machine = NULL;
  MUST(sim_open(&request, &machine, &error));
  free(path);
  free(state);
  return machine;
}

static inline char *sim_text(tlsmend_machine *machine) {
  unsigned char *bytes = NULL;
  size_t size = 0;
  MUST(sim_render(machine, &bytes, &size, &error));
  char *text = malloc(size + 1);
  assert_non_null(text);
  memcpy(text, bytes, size);
  text[size] = 0;
  free(bytes);
  return text;
}

/* Everything that a machine shows, through its calls, as text: two machines are the same if their texts are. */

static inline void show(char **out, const char *line, const char *value) {
  size_t used = *out ? strlen(*out) : 0;
  *out = realloc(*out, used + strlen(line) + strlen(value) + 4);
  assert_non_null(*out);
  sprintf(*out + used, "%s %s\n", line, value);
}

static inline void show_key(tlsmend_machine *machine, const char *path, int view, char **out) {
  name_list keys = {0}, values = {0};
  char line[4096];
  snprintf(line, sizeof line, "[%d %s]", view, path);
  show(out, line, "");
  MUST(machine_values(machine, path, view, &values, &error));
  for (size_t i = 0; i < values.count; i++) {
    tlsmend_value value = {0};
    MUST(machine_value_get(machine, path, view, values.items[i], &value, &error));
    assert_true(value.present);
    json_t *json = value_to_json(&value);
    char *text = json_dumps(json, JSON_ENCODE_ANY | JSON_SORT_KEYS);
    show(out, values.items[i], text);
    free(text);
    json_decref(json);
    tlsmend_value_clear(&value);
  }
  MUST(machine_keys(machine, path, view, &keys, &error));
  for (size_t i = 0; i < keys.count; i++) {
    bool exists = false;
    snprintf(line, sizeof line, "%s\\%s", path, keys.items[i]);
    MUST(machine_key_exists(machine, line, view, &exists, &error));
    assert_true(exists);
    show_key(machine, line, view, out);
  }
  name_list_clear(&keys);
  name_list_clear(&values);
}

/* The tree below SITE in both views. */
static inline char *show_site(tlsmend_machine *machine) {
  char *out = NULL;
  for (int view = 32; view <= 64; view += 32) {
    bool exists = false;
    MUST(machine_key_exists(machine, SITE, view, &exists, &error));
    show(&out, "exists", exists ? "yes" : "no");
    if (exists)
      show_key(machine, SITE, view, &out);
  }
  return out;
}

/* Names the first line that differs: the texts are long. */
static inline void assert_same_text(const char *now, const char *expected) {
  size_t line = 1;
  while (*now && *now == *expected) {
    line += *now == '\n';
    now++;
    expected++;
  }
  if (*now || *expected)
    fail_msg("line %zu goes on with \"%.200s\", expected \"%.200s\"", line, now, expected);
}

/* Random registries and writes: few names in several spellings, so that writes meet. */

static inline const char *random_key(void) {
  static const char *const names[] = {"a", "A", "b", "AES 128/128", "\xc3\xa4", "\xc3\x84", "c d"};
  static char path[256];
  strcpy(path, SITE);
  for (size_t depth = random_below(4); depth > 0; depth--) {
    strcat(path, "\\");
    strcat(path, names[random_below(sizeof names / sizeof *names)]);
  }
  return path;
}

static inline const char *random_name(void) {
  static const char *const names[] = {"", "v", "V", "w", "\xc3\xa4", "x/y"};
  return names[random_below(sizeof names / sizeof *names)];
}

static inline void random_value(tlsmend_value *out) {
  static const uint32_t types[] = {0, 1, 2, 3, 4, 7, 11, 0x1234};
  unsigned char bytes[16];
  for (size_t i = 0; i < sizeof bytes; i++)
    bytes[i] = (unsigned char)random_below(3);
  MUST(tlsmend_value_set(out, types[random_below(8)], bytes, random_below(2) ? random_below(6) : 4, &error));
}

/* One write of a runbook. Its outcome does not matter as long as it is not a failure of the machine. */
static inline void random_write(tlsmend_machine *machine) {
  int view = random_below(2) ? 64 : 32;
  char key[256];
  strcpy(key, random_key());
  const char *name = random_name();
  tlsmend_value value = {0};
  switch (random_below(8)) {
  case 0:
    MUST(propose_key_create(machine, key, view, "create", &error));
    break;
  case 1:
    MUST(propose_key_delete(machine, key, view, "delete", &error));
    break;
  case 2:
  case 3:
    MUST(propose_value_delete(machine, key, view, name, "delete", &error));
    break;
  default:
    random_value(&value);
    MUST(propose_value_set(machine, key, view, name, &value, "set", &error));
    tlsmend_value_clear(&value);
  }
}

/* A snapshot with a random tree below SITE. */
static inline tlsmend_machine *random_machine(void) {
  tlsmend_machine *machine = sim_of_text(windows7);
  for (size_t writes = random_below(30); writes > 0; writes--)
    random_write(machine);
  return machine;
}

#endif
