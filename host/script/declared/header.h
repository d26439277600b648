/* The header of a runbook: everything that it declares but its functions, and where it came from. */
#ifndef TLSMEND_SCRIPT_DECLARED_HEADER_H
#define TLSMEND_SCRIPT_DECLARED_HEADER_H

#include "base/digest.h"
#include "plan/param.h"

/* The types of parameters: name, word, what a command line gives */
#define PARAM_TYPES(X)                                                                                       \
  X(STRING, "string", "a UTF-8 text")                                                                        \
  X(INTEGER, "integer", "an integer such as 10 or 0xA00")                                                    \
  X(BOOLEAN, "boolean", "true or false")                                                                     \
  X(PATH, "path", "a UTF-8 text")                                                                            \
  X(LIST, "string[]", "texts separated by commas, or JSON such as [\"a, b\", \"c\"]")

#define PARAM_TYPE_(name, word, expected) PARAM_TYPE_##name,
typedef enum param_type { PARAM_TYPES(PARAM_TYPE_) } param_type;
#undef PARAM_TYPE_

/* The word of a type, and what a command line gives for it. Static. */
const char *param_type_word(param_type type);
const char *param_type_expected(param_type type);

/* All words, for messages. */
#define PARAM_TYPE_WORDS "string, integer, boolean, path, string[]"

/* The type of a word. False: there is none. */
bool param_type_find(const char *word, param_type *out);

typedef struct declared_param {
  char *name, *help;
  param_type type;
  bool secret;
  param_value fallback; /* its default; none: it has none */
  param_value *choices;
  size_t choice_count; /* 0: any value */
} declared_param;

/* What a runbook may touch, canonical. The lists that are optional are told apart from empty ones. */
typedef struct declared_needs {
  name_list registry, reads, updates, packages, files, legacy, off, probes, modules;
  bool has_legacy, has_off, has_probes, has_modules;
  bool any_probe; /* any server, in place of a list */
  bool reboot;
} declared_needs;

typedef struct runbook_header {
  char *id, *version, *title;
  char *summary; /* NULL if it has none */
  name_list references;
  declared_param *params; /* by name */
  size_t param_count;
  declared_needs needs;
  bool has_verify;      /* it has a function `verify` */
  bool verifies_effect; /* which looks at an effect */
  char *source;         /* "built-in" or the path */
  bool builtin;
  char sha256[DIGEST_ROOM];
  json_t *files; /* array of {"name":, "sha256":}: modules of its own, and a library; NULL: none */
} runbook_header;

/* The header's `verifies` of a runbook whose verify looks at an effect. */
#define DECLARED_EFFECT "effect"

/* The declaration of a parameter, or NULL. */
const declared_param *header_param(const runbook_header *self, const char *name);

/* id, version, title, summary, references, params, needs, verifies, source, builtin, sha256, files. New reference; NULL when out of
 * memory. */
json_t *header_to_json(const runbook_header *self);

/* What the runbook itself has declared, and nothing of where it comes from: id to verifies, as above, and whether it has a `verify`. Read
 * by header_from_json. */
json_t *header_declared_to_json(const runbook_header *self);

void header_clear(runbook_header *self);

#endif
