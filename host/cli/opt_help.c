/* How tables of options are shown: as a synopsis, and as a line for each option. */
#include <string.h>

#include "cli/opt.h"

const char *opt_spell(const opt_spec *row, char buffer[OPT_SPELLED_SIZE]) {
  char value[OPT_VALUE_SIZE], letter[] = {row->letter, '\0'};
  bool valued = row->kind != OPT_SWITCH && row->kind != OPT_OPERAND;
  snprintf(buffer, OPT_SPELLED_SIZE, "%s%s%s%s",
           row->kind == OPT_OPERAND ? ""
           : row->letter            ? "-"
                                    : "--",
           row->letter ? letter : row->name, valued ? " " : "", valued ? opt_value(row, value) : "");
  return buffer;
}

const char *opt_synopsis(const opt_spec *table, const char *command, char buffer[OPT_SYNOPSIS_SIZE]) {
  opt_spec row;
  size_t at = (size_t)snprintf(buffer, OPT_SYNOPSIS_SIZE, "%s", command);
  bool bare = false; /* no brackets around what is an alternative */
  for (opt_walk walk = {.at = {table}}; at < OPT_SYNOPSIS_SIZE && opt_next(&walk, &row);) {
    char spelled[OPT_SPELLED_SIZE];
    if (!row.brief && !row.required && row.kind != OPT_OPERAND)
      continue;
    bare = bare || row.required || row.either;
    at += (size_t)snprintf(buffer + at, OPT_SYNOPSIS_SIZE - at, " %s%s%s%s%s", bare ? "" : "[",
                           opt_spell(&row, spelled), bare ? "" : "]", row.repeated ? "..." : "",
                           row.either ? " |" : "");
    bare = row.either;
  }
  return buffer;
}

void opt_print_help(FILE *to, const opt_spec *table) {
  enum { COLUMN = 28 };
  opt_spec row;
  for (opt_walk walk = {.at = {table}}; opt_next(&walk, &row);) {
    char value[OPT_VALUE_SIZE], spelled[OPT_SPELLED_SIZE];
    int length = row.kind == OPT_OPERAND ? snprintf(spelled, sizeof spelled, "%s", row.name)
                                         : snprintf(spelled, sizeof spelled, "%c%c%c --%s %s",
                                                    row.letter ? '-' : ' ', row.letter ? row.letter : ' ',
                                                    row.letter ? ',' : ' ', row.name, opt_value(&row, value));
    if (length > COLUMN)
      fprintf(to, "  %s\n  %-*s %s\n", spelled, COLUMN, "", row.help);
    else
      fprintf(to, "  %-*s %s\n", COLUMN, spelled, row.help);
  }
}
