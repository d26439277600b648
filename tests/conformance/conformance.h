/*
 * One suite for every back end and every wrapper: what a registry does, seen through the calls of machine/machine.h. A new back
 * end adds one row to conformance_machines[]; nothing else here knows which machine it runs on.
 */
#ifndef CONFORMANCE_H
#define CONFORMANCE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "registry/path.h"
#include "base/unicode.h"
#include "registry/value.h"
#include "machine/machine.h"
#include "machine/propose.h"

/* All that the suite writes stands below these two: one key that has two views on a 64-bit Windows, one that both share. */
#define BASE   "HKLM\\SOFTWARE\\tlsmend-conformance"
#define SHARED "HKLM\\SYSTEM\\tlsmend-conformance"

typedef struct conformance_machine {
  const char *name;
  /* Opens a fresh machine into *out; what it needs to close it again is its own business. False: cannot run here, and why
   * has been said on stderr. */
  bool (*open)(tlsmend_machine **out);
  void (*close)(tlsmend_machine *machine);
  /* The machine to write to for what was there before: the one below an overlay, else the machine itself. */
  tlsmend_machine *(*before)(tlsmend_machine *machine);
  /* Makes what was written true in before(machine): carries out an overlay's plan. NULL where writing is enough. */
  void (*settle)(tlsmend_machine *machine);
  /* Takes the rights on a key away; false where the machine has no rights. */
  bool (*deny)(tlsmend_machine *machine, const char *path);
  bool checks_before; /* apply answers TLSMEND_E_DRIFT when before does not hold */
} conformance_machine;

extern const conformance_machine conformance_machines[];

/* The machine under test. */
extern const conformance_machine *subject;
extern tlsmend_machine *machine;

/* Runs every test on every machine; answers the number of failures. */
int conformance_run(void);

/* Fails the test with the machine's own words if a call did not go well. */
void must(int code, const tlsmend_error *error, const char *call);
#define MUST(call)                                                                                           \
  do {                                                                                                       \
    tlsmend_error error = {0};                                                                               \
    must((call), &error, #call);                                                                             \
  } while (0)

/* Fails the test unless a call answers this code. */
#define MUST_FAIL(expected, call)                                                                            \
  do {                                                                                                       \
    tlsmend_error error = {0};                                                                               \
    int answered = (call);                                                                                   \
    if (answered != (expected))                                                                              \
      fail_msg("%s: %s answers %s (%s), not %s", subject->name, #call, tlsmend_error_name(answered),         \
               error.text, tlsmend_error_name(expected));                                                    \
    assert_true(error.text[0] && !strchr(error.text, '\n'));                                                 \
  } while (0)

/* Skips the running test and says so, and why, where it is seen. */
void skip_because(const char *why);

/* What stands at a place, as the machine answers it. */
tlsmend_value get(tlsmend_machine *from, const char *path, int view, const char *name);
void set(const char *path, int view, const char *name, uint32_t type, const void *data, size_t size);
bool exists(const char *path, int view);
/* Whether the names below a key are exactly these (sorted as Windows does), whatever their case. */
void assert_keys(const char *path, int view, const char *const *names, size_t count);
void assert_values(const char *path, int view, const char *const *names, size_t count);

/* A small generator with a fixed seed for each test. */
typedef struct dice {
  uint64_t state;
} dice;
uint32_t roll(dice *self, uint32_t sides);

/* One array a file, ended by a test without a function. */
extern const struct CMUnitTest value_tests[], name_tests[], tree_tests[], model_tests[], right_tests[],
    physical_tests[], probe_tests[], kept_tests[];

#endif
