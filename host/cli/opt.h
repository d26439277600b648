/*
 * What a command line may say, as tables: a command lists its options and operands, each with the member of its
 * struct that receives the value. Knows no option and no command by name, and nothing of what a value means.
 */
#ifndef TLSMEND_CLI_OPT_H
#define TLSMEND_CLI_OPT_H

#include <stdbool.h>
#include <stdio.h>

#include <tlsmend/tlsmend.h>

/* Texts of the command line, borrowed from argv. */
typedef struct opt_list {
  const char **items;
  size_t count;
} opt_list;

typedef enum opt_kind {
  OPT_END,     /* of a table */
  OPT_INCLUDE, /* another table stands here */
  OPT_SWITCH,  /* no value; the target is a bool */
  OPT_TEXT,    /* const char *, or opt_list if it may be repeated; so are the next two */
  OPT_WORD,    /* one of `words` */
  OPT_PARAM,   /* NAME=VALUE */
  OPT_NUMBER,  /* unsigned long long, above 0 */
  OPT_BYTES,   /* the same, and K, M or G may follow */
  OPT_OPERAND  /* an argument that is no option; opt_list. At most one row of a table */
} opt_kind;

/* A row of a table. If it includes another table, what it says of brief, required, either and value holds for the
 * rows of that one. */
typedef struct opt_spec {
  opt_kind kind;
  char letter;                 /* 0: none */
  bool brief;                  /* stands in the synopsis too */
  bool required;               /* or else the command line is refused */
  bool repeated;               /* may be given more than once */
  bool either;                 /* this or the next row, as the synopsis says it; the command checks it */
  const char *name;            /* without dashes */
  const char *value;           /* how help names the value; NULL for a switch and for words */
  size_t target;               /* where in the struct the value goes: offsetof */
  unsigned long long most;     /* of a number; 0: any */
  const char *const *words;    /* up to NULL */
  const struct opt_spec *rows; /* that are included */
  const char *help;
} opt_spec;

/* Goes through a table and those that it includes; {.at = {table}} at first. False at the end. */
enum { OPT_DEPTH_MOST = 4 };
typedef struct opt_walk {
  const opt_spec *at[OPT_DEPTH_MOST];
  int depth;
} opt_walk;
bool opt_next(opt_walk *walk, opt_spec *row);

/* How a row's value is written: FILE, or the words with bars between them. */
enum { OPT_VALUE_SIZE = 64 };
const char *opt_value(const opt_spec *row, char buffer[OPT_VALUE_SIZE]);

/* An argument that is an option, taken apart: "--name", "--name=value", "-x", "-x=value" or "-xvalue". */
typedef struct opt_match {
  opt_spec row;
  char spelled[64];  /* as the person wrote it, without the value */
  const char *value; /* NULL: none is attached */
} opt_match;

/* Whether the table has the option; `spelled` and `value` are set in any case. */
bool opt_find(const opt_spec *table, const char *argument, opt_match *match);

/* The row of operands; false: the table has none. */
bool opt_operand(const opt_spec *table, opt_spec *row);

/* Puts match->value into the struct `values`, whose lists have room for `room` texts. E_USAGE with one line that names the way out. */
int opt_store(const opt_match *match, size_t room, void *values, tlsmend_error *error);

/* Whether something is missing that the table requires, a text or an operand; *row receives what. */
bool opt_missing(const opt_spec *table, const void *values, opt_spec *row);

/* Frees the lists. */
void opt_clear(const opt_spec *table, void *values);

/* opt_help.c. */

/* "-m SPEC", "--yes" or "RUNBOOK". */
enum { OPT_SPELLED_SIZE = OPT_VALUE_SIZE + 32 };
const char *opt_spell(const opt_spec *row, char buffer[OPT_SPELLED_SIZE]);

/* "plan RUNBOOK... [-m SPEC]": what the command takes, in one line. */
enum { OPT_SYNOPSIS_SIZE = 160 };
const char *opt_synopsis(const opt_spec *table, const char *command, char buffer[OPT_SYNOPSIS_SIZE]);

/* A line or two for each row of the table: spelling and meaning. */
void opt_print_help(FILE *to, const opt_spec *table);

#endif
