/*
 * Finds and stores what tables of options describe. Values are checked for their form only (a number, a known word);
 * whether a machine or a runbook exists is the library's to say.
 */
#include "cli/opt.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cli/say.h"

bool opt_operand(const opt_spec *table, opt_spec *row) {
  for (opt_walk walk = {.at = {table}}; opt_next(&walk, row);)
    if (row->kind == OPT_OPERAND)
      return true;
  return false;
}

bool opt_find(const opt_spec *table, const char *argument, opt_match *match) {
  bool lengthy = argument[1] == '-';
  size_t length = lengthy ? strcspn(argument, "=") : 2;
  const char *rest = argument + length;
  match->value = *rest == '=' ? rest + 1 : *rest ? rest : NULL;
  snprintf(match->spelled, sizeof match->spelled, "%.*s", (int)(length < 60 ? length : 60), argument);
  for (opt_walk walk = {.at = {table}}; opt_next(&walk, &match->row);) {
    const opt_spec *row = &match->row;
    if (row->kind == OPT_OPERAND)
      continue;
    if (lengthy ? strlen(row->name) == length - 2 && strncmp(row->name, argument + 2, length - 2) == 0
                : row->letter == argument[1])
      return true;
  }
  return false;
}

static int append(opt_list *list, size_t room, const char *text, tlsmend_error *error) {
  if (!list->items)
    list->items = calloc(room, sizeof *list->items);
  if (!list->items)
    return say_error(error, TLSMEND_E_MEMORY, "out of memory");
  list->items[list->count++] = text;
  return TLSMEND_OK;
}

static int twice(const opt_match *match, tlsmend_error *error) {
  return say_error(error, TLSMEND_E_USAGE, "%s is given twice; keep one of them", match->spelled);
}

static int store_text(const opt_match *match, size_t room, void *target, tlsmend_error *error) {
  const char **text = target;
  if (match->row.repeated)
    return append(target, room, match->value, error);
  if (*text)
    return twice(match, error);
  *text = match->value;
  return TLSMEND_OK;
}

/* What follows the = may be a secret and is not repeated. */
static int check_param(const opt_match *match, tlsmend_error *error) {
  const char *equals = strchr(match->value, '=');
  if (equals && equals > match->value)
    return TLSMEND_OK;
  return say_error(error, TLSMEND_E_USAGE, "%s takes NAME=VALUE, such as -p site=north; one has no %s",
                   match->spelled, equals ? "name" : "=");
}

static int check_word(const opt_match *match, tlsmend_error *error) {
  char words[OPT_VALUE_SIZE];
  for (const char *const *word = match->row.words; *word; word++)
    if (strcmp(match->value, *word) == 0)
      return TLSMEND_OK;
  return say_error(error, TLSMEND_E_USAGE, "%s takes %s, not '%s'", match->spelled,
                   opt_value(&match->row, words), match->value);
}

/* A whole decimal number above 0; `units` allows K, M and G behind it. */
static bool number_parse(const char *text, bool units, unsigned long long *out) {
  char *end = NULL;
  if (!isdigit((unsigned char)text[0]))
    return false;
  errno = 0;
  unsigned long long number = strtoull(text, &end, 10);
  if (errno != 0 || number == 0)
    return false;
  unsigned shift = 0;
  if (units && *end) {
    const char *found = strchr("KMG", toupper((unsigned char)*end));
    if (!found || end[1])
      return false;
    shift = *found == 'K' ? 10 : *found == 'M' ? 20 : 30;
    end++;
  }
  if (*end || number > (~0ULL >> shift))
    return false;
  *out = number << shift;
  return true;
}

static int store_number(const opt_match *match, unsigned long long *target, tlsmend_error *error) {
  bool bytes = match->row.kind == OPT_BYTES;
  unsigned long long number = 0;
  if (!number_parse(match->value, bytes, &number) || (bytes && number > SIZE_MAX))
    return say_error(error, TLSMEND_E_USAGE, "%s takes a number above 0%s, not '%s'", match->spelled,
                     bytes ? ", such as 64M" : "", match->value);
  if (match->row.most != 0 && number > match->row.most)
    return say_error(error, TLSMEND_E_USAGE, "%s takes at most %llu, not %s", match->spelled, match->row.most,
                     match->value);
  if (*target != 0)
    return twice(match, error);
  *target = number;
  return TLSMEND_OK;
}

int opt_store(const opt_match *match, size_t room, void *values, tlsmend_error *error) {
  char name[OPT_VALUE_SIZE];
  void *target = (char *)values + match->row.target;
  opt_kind kind = match->row.kind;
  int code = TLSMEND_OK;
  if (kind == OPT_SWITCH) {
    *(bool *)target = true;
    return TLSMEND_OK;
  }
  if (kind == OPT_OPERAND)
    return append(target, room, match->value, error);
  if (!match->value[0])
    return say_error(error, TLSMEND_E_USAGE, "%s takes %s, not an empty text", match->spelled,
                     opt_value(&match->row, name));
  if (kind == OPT_NUMBER || kind == OPT_BYTES)
    return store_number(match, target, error);
  if (kind == OPT_PARAM)
    code = check_param(match, error);
  if (kind == OPT_WORD)
    code = check_word(match, error);
  return code == TLSMEND_OK ? store_text(match, room, target, error) : code;
}

bool opt_missing(const opt_spec *table, const void *values, opt_spec *row) {
  for (opt_walk walk = {.at = {table}}; opt_next(&walk, row);) {
    const void *target = (const char *)values + row->target;
    if (row->required && row->kind == OPT_OPERAND && ((const opt_list *)target)->count == 0)
      return true;
    if (row->required && row->kind != OPT_OPERAND && !*(const char *const *)target)
      return true;
  }
  return false;
}

void opt_clear(const opt_spec *table, void *values) {
  opt_spec row;
  for (opt_walk walk = {.at = {table}}; opt_next(&walk, &row);)
    if (row.kind == OPT_OPERAND || (row.repeated && row.kind != OPT_SWITCH)) {
      opt_list *list = (opt_list *)(void *)((char *)values + row.target);
      free((void *)list->items);
      *list = (opt_list){0};
    }
}
