/*
 * The rules of a declaration, each in one place: for a table of Lua and for JSON of another process alike. Kinds of values (a text, a
 * list) are checked by whoever reads them. A mistake is TLSMEND_E_SCRIPT with a line that begins with the field, without the name of
 * the runbook before it.
 */
#ifndef TLSMEND_SCRIPT_DECLARED_RULES_H
#define TLSMEND_SCRIPT_DECLARED_RULES_H

#include <tlsmend/error.h>

#include "script/declared/header.h"

/* A text of one line that says something: version, title, summary. */
int rule_line(const char *field, const char *text, size_t size, tlsmend_error *error);

int rule_id(const char *id, tlsmend_error *error);

/* How many there may be: parameters, choices of `field`, elements of `field` in needs. */
int rule_param_count(size_t count, tlsmend_error *error);
int rule_choice_count(const char *field, size_t count, tlsmend_error *error);
int rule_need_count(const char *field, size_t count, tlsmend_error *error);

/* A parameter's name; NULL where it is no text. `shown` is what messages call it. */
int rule_param_name(const char *name, const char *shown, tlsmend_error *error);

/* The default of a parameter whose type and choices are read; `field` is "params.NAME". */
int rule_default(const declared_param *param, const char *field, tlsmend_error *error);

/* Whether it may be a secret. */
int rule_secret(const declared_param *param, const char *field, tlsmend_error *error);

/* A list of `needs`. */
typedef struct need_rule {
  const char *name;     /* "registry" */
  const char *field;    /* "needs.registry" */
  const char *expected; /* for messages */
  bool or_true;         /* true stands for all that such a list may have */
  int (*take)(const struct need_rule *rule, const char *text, size_t number, name_list *out,
              tlsmend_error *error);
  size_t list, given; /* where in declared_needs; given: 0 where an empty list is the same as none */
} need_rule;

enum { NEED_RULES = 9 };
extern const need_rule need_rules[NEED_RULES];

/* Adds an element, as a guard compares it; `number` is its place in the list, from 1. */
int rule_need(const need_rule *rule, const char *text, size_t number, declared_needs *needs,
              tlsmend_error *error);

/* Notes that a list was given. */
void rule_need_given(const need_rule *rule, declared_needs *needs);

/* The list as it is by now. */
const name_list *rule_need_list(const need_rule *rule, const declared_needs *needs);

/* `verifies`, once everything else is read. */
int rule_verifies(const runbook_header *header, tlsmend_error *error);

#endif
