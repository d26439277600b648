/*
 * Random machines and random runbooks for the property tests of plans (test_drift.c, test_truth.c): both are texts, made from
 * one small world of keys and names, so that reads, writes and changes by others meet. Failures name the round, whose seed
 * makes it again.
 */
#ifndef UNIT_DRIFT_H
#define UNIT_DRIFT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "commit/journal.h"
#include "machine/machine.h"
#include "os/os.h"
#include "session/session.h"
#include "unit/random.h"

#define WORLD "HKLM\\SOFTWARE\\World"
static const char *const world_keys[] = {WORLD,
                                         WORLD "\\a",
                                         WORLD "\\a\\x",
                                         WORLD "\\b",
                                         WORLD "\\b c\\d",
                                         WORLD "\\a\\y",
                                         "HKLM\\SYSTEM\\CurrentControlSet\\World"};
static const char *const world_names[] = {"", "one", "Two", "\xc3\xa4"};
enum {
  WORLD_KEYS = sizeof world_keys / sizeof *world_keys,
  WORLD_NAMES = sizeof world_names / sizeof *world_names
};

static char world_folder[512];

static inline void world_must(int code, const tlsmend_error *error, const char *what) {
  if (code != TLSMEND_OK)
    fail_msg("%s: %s", what, error->text);
}

/* A path in the folder of this process; one of a few buffers, which is enough for one statement. */
static inline const char *world_path(const char *name) {
  static char paths[4][640];
  static unsigned at;
  char *out = paths[at++ % 4];
  snprintf(out, sizeof paths[0], "%s/%s", world_folder, name);
  return out;
}

static inline int world_open(void **state) {
  (void)state;
  const char *folder = getenv("TMPDIR") ? getenv("TMPDIR") : getenv("TEMP") ? getenv("TEMP") : "/tmp";
  snprintf(world_folder, sizeof world_folder, "%s/tlsmend-world-%u", folder, os_process_id());
  return os_dir_make(world_folder, NULL) == TLSMEND_OK ? 0 : -1;
}

static inline int world_remove(void *data, const char *name) {
  char path[1024];
  snprintf(path, sizeof path, "%s/%s", (const char *)data, name);
  os_file_remove(path, NULL);
  return TLSMEND_OK;
}

/* Forgets the journals of a machine. */
static inline void world_forget(const char *state) {
  os_dir_each(world_path(state), world_remove, (void *)(uintptr_t)world_path(state), NULL);
}

static inline int world_close(void **state) {
  (void)state;
  world_forget("state");
  world_forget("");
  return 0;
}

static inline void world_write(const char *name, text_builder *text) {
  tlsmend_error error = {0, ""};
  char *bytes = NULL;
  world_must(text_finish(text, &bytes, &error), &error, name);
  world_must(os_file_replace(world_path(name), bytes, strlen(bytes), &error), &error, name);
  free(bytes);
}

/* A random machine. */

static inline void random_value(text_builder *out) {
  switch (random_below(5)) {
  case 0:
    text_add(out, "\"text %u\"\r\n", (unsigned)random_below(3));
    break;
  case 1:
    text_add(out, "hex(b):%02x,00,00,00,00,00,00,00\r\n", (unsigned)random_below(3));
    break;
  case 2:
    text_add(out, "hex:%02x\r\n", (unsigned)random_below(256));
    break;
  case 3:
    text_add(out, "hex(4):01,02\r\n"); /* malformed, as found in the wild */
    break;
  default:
    text_add(out, "dword:%08x\r\n", (unsigned)random_below(3));
  }
}

static inline void random_machine(const char *name) {
  text_builder text = {0};
  text_add(&text,
           "Windows Registry Editor Version 5.00\r\n\r\n"
           "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion]\r\n"
           "\"CurrentVersion\"=\"6.1\"\r\n\"CurrentBuildNumber\"=\"7601\"\r\n\r\n"
           "[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet]\r\n\r\n"
           "[HKEY_LOCAL_MACHINE\\SOFTWARE\\tlsmend\\Facts]\r\n\"Architecture\"=\"%s\"\r\n\r\n"
           "[HKEY_LOCAL_MACHINE\\SOFTWARE\\tlsmend\\Facts\\Files\\64]\r\n"
           "\"System32\\\\winhttp.dll\"=\"6.1.7601.%u\"\r\n\r\n"
           "[HKEY_LOCAL_MACHINE\\SOFTWARE\\tlsmend\\Facts\\Hotfixes]\r\n\"KB%u\"=\"\"\r\n\r\n",
           random_below(4) ? "x64" : "x86", (unsigned)random_below(9000),
           3000000 + (unsigned)random_below(9));
  for (size_t key = 0; key < WORLD_KEYS; key++) {
    if (random_below(3) == 0)
      continue;
    bool narrow = random_below(3) == 0 && strncmp(world_keys[key], "HKLM\\SOFTWARE", 13) == 0;
    text_add(&text, "[HKEY_LOCAL_MACHINE\\%s%s]\r\n", narrow ? "SOFTWARE\\Wow6432Node" : "",
             world_keys[key] + (narrow ? 13 : 5));
    for (size_t at = 0; at < WORLD_NAMES; at++) {
      if (random_below(2))
        continue;
      text_add(&text, at ? "\"%s\"=" : "@=", world_names[at]);
      random_value(&text);
    }
    text_add(&text, "\r\n");
  }
  world_write(name, &text);
}

/* A random runbook. */

/* A key and a view as the arguments of a call. */
static inline void random_place(text_builder *out, bool name) {
  const char *key = world_keys[random_below(WORLD_KEYS)];
  text_add(out, "[[%s]]", key);
  if (name)
    text_add(out, ", \"%s\"", world_names[random_below(WORLD_NAMES)]);
}

static inline const char *random_view(void) {
  static const char *const views[] = {"nil", "64", "32"};
  return views[random_below(3)];
}

static inline void random_read(text_builder *out) {
  static const char *const calls[] = {"get", "raw", "exists", "keys", "values"};
  size_t call = random_below(7);
  if (call == 5)
    text_add(out, "hotfix.file_version([[System32\\winhttp.dll]], 64)");
  else if (call == 6)
    text_add(out, "hotfix.listed \"KB300000%u\"", (unsigned)random_below(9));
  else {
    text_add(out, "registry.%s(", calls[call]);
    random_place(out, call < 2);
    text_add(out, ", %s)", random_view());
  }
}

static inline void random_write(text_builder *out) {
  size_t call = random_below(8);
  text_add(out, "registry.%s(", call < 4 ? "set" : call < 6 ? "delete" : call < 7 ? "create" : "delete_key");
  random_place(out, call < 6);
  switch (call) {
  case 0:
    text_add(out, ", %u", (unsigned)random_below(3));
    break;
  case 1:
    text_add(out, ", \"text %u\"", (unsigned)random_below(3));
    break;
  case 2:
    text_add(out, ", {\"a\", \"b\"}");
    break;
  case 3:
    text_add(out, ", \"\\1\"");
    break;
  default:
    break;
  }
  text_add(out, ", { view = %s%s })\n", random_view(), call == 3 ? ", type = \"REG_BINARY\"" : "");
}

/* Reads decide about writes; a table without an order must not. */
static inline void random_runbook(const char *name) {
  text_builder text = {0};
  text_add(&text,
           "local registry, hotfix = require \"registry\", require \"hotfix\"\n"
           "return { id = \"random\", version = \"1.0.0\", title = \"random\",\n"
           "needs = { registry = { [[" WORLD
           "]], [[HKLM\\SYSTEM\\CurrentControlSet\\World]] }, files = { [[System32\\winhttp.dll]] } },\n"
           "run = function()\n");
  for (size_t lines = 1 + random_below(6); lines > 0; lines--) {
    if (random_below(2)) {
      text_add(&text, "if %s", random_below(2) ? "not " : "");
      random_read(&text);
      text_add(&text, " then ");
      random_write(&text);
      text_add(&text, "end\n");
    } else if (random_below(4)) {
      random_write(&text);
    } else {
      text_add(&text,
               "for name, data in pairs { one = 1, Two = 2, three = 3 } do\n"
               "registry.set([[%s]], name, data, { why = name }) end\n",
               world_keys[random_below(WORLD_KEYS)]);
    }
  }
  text_add(&text, "end }\n");
  world_write(name, &text);
}

/* Sessions. */

static inline tlsmend_session *session_of(const char *machine) {
  tlsmend_error error = {0, ""};
  tlsmend_session *session = NULL;
  tlsmend_options options = TLSMEND_OPTIONS_INIT;
  char spec[700];
  snprintf(spec, sizeof spec, "sim:%s", world_path(machine));
  options.machine = spec;
  options.state = world_path("state");
  world_must(tlsmend_session_open(&options, &session, &error), &error, spec);
  return session;
}

static inline tlsmend_plan *plan_of(tlsmend_session *session, const char *runbook) {
  tlsmend_error error = {0, ""};
  tlsmend_plan *plan = NULL;
  const char *names[] = {world_path(runbook)};
  world_must(tlsmend_plan_make(session, names, 1, NULL, 0, &plan, &error), &error, "plan");
  return plan;
}

static inline char *bytes_of(const char *name, size_t *size) {
  tlsmend_error error = {0, ""};
  char *bytes = NULL;
  world_must(os_file_read(world_path(name), 1 << 24, &bytes, size, &error), &error, name);
  return bytes;
}

#endif
