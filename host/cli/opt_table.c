/* The rows of a table of options, one by one, and how the value of one is written. */
#include "cli/opt.h"

static void inherit(opt_spec *row, const opt_spec *from) {
  row->brief = row->brief || from->brief || from->required;
  row->required = row->required || from->required;
  row->either = row->either || from->either;
  row->value = from->value ? from->value : row->value;
}

bool opt_next(opt_walk *walk, opt_spec *row) {
  while (walk->at[walk->depth]->kind == OPT_INCLUDE || walk->at[walk->depth]->kind == OPT_END) {
    const opt_spec *at = walk->at[walk->depth];
    if (at->kind == OPT_INCLUDE) {
      walk->at[++walk->depth] = at->rows;
    } else if (walk->depth > 0) {
      walk->at[--walk->depth]++;
    } else {
      return false;
    }
  }
  *row = *walk->at[walk->depth]++;
  for (int i = walk->depth; i-- > 0;)
    inherit(row, walk->at[i]);
  return true;
}

const char *opt_value(const opt_spec *row, char buffer[OPT_VALUE_SIZE]) {
  size_t at = 0;
  if (!row->words)
    return row->value ? row->value : "";
  for (const char *const *word = row->words; *word && at < OPT_VALUE_SIZE; word++)
    at += (size_t)snprintf(buffer + at, OPT_VALUE_SIZE - at, "%s%s", at > 0 ? "|" : "", *word);
  return buffer;
}
