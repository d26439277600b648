/* Changes: copying, freeing, inverting, and their JSON. The kinds stand in <tlsmend/values.h>. */
#ifndef TLSMEND_PLAN_CHANGE_H
#define TLSMEND_PLAN_CHANGE_H

#include <jansson.h>

#include <tlsmend/values.h>

/* "value-set" and its like. Static. */
const char *change_kind_name(tlsmend_change_kind kind);

void change_clear(tlsmend_change *change);
int change_copy(tlsmend_change *out, const tlsmend_change *from, tlsmend_error *error);

/* The change that takes `change` back. TLSMEND_E_UNSUPPORTED for UPDATE_INSTALL and REBOOT. */
int change_invert(const tlsmend_change *change, tlsmend_change *out, tlsmend_error *error);

/* A change in one line for people: a format, and the texts that it takes. Those that are words, such as "absent", are marked. */
typedef struct change_line {
  const char *format;
  char *parts[3];
  bool is_text[3];
  size_t count;
} change_line;
/* False when out of memory, and *out is empty. Free with change_line_clear. */
bool change_describe(const tlsmend_change *change, bool views, change_line *out);
void change_line_clear(change_line *line);

/* That line in English: "set HKLM\...\Enabled = REG_DWORD 0x1 (1), was absent". `views`: the machine keeps two views of the
 * registry, and the 32-bit one is named. malloc'd, NULL when out of memory. */
char *change_print(const tlsmend_change *change, bool views);

/* Its before or after as value_print has it, or that it is a secret. malloc'd, NULL when out of memory. */
char *change_value_print(const tlsmend_change *change, const tlsmend_value *value);

/* A value that is not said: its type. */
json_t *change_value_hidden(const tlsmend_value *value);

/* Whether a value's JSON is such a one. */
bool change_hides(const json_t *data);

/* Secret values stand in it only if it is `clear`. From JSON they come without data then. */
json_t *change_to_json(const tlsmend_change *change, bool clear);
int change_from_json(const json_t *json, tlsmend_change *out, tlsmend_error *error);

/* What makes a change count: "restart", "new-process" ... and a sentence for people. Static, never NULL. */
const char *change_effective(const tlsmend_change *change, const char **sentence);

/* "6.1.7601.23375" for a file version; 0 is "unknown". */
void version_print(uint64_t version, char out[32]);
bool version_parse(const char *text, uint64_t *out);

#endif
