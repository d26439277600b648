/* Runbooks that are not built in, read once: by which signature they are judged, and with which files they run. */
#ifndef TLSMEND_SCRIPT_SOURCE_H
#define TLSMEND_SCRIPT_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "plan/plan.h"
#include "script/script.h"
#include "signing/manifest.h"
#include "signing/trust.h"

/* A runbook as it was read: the bytes that were verified are those that run. */
typedef struct source {
  char *name;           /* an id; else the absolute path, or that of the bundle with |NAME.lua behind it */
  script_source script; /* bytes is NULL for an id: the library is looked into */
  trust_verdict verdict;
} source;

typedef struct source_list {
  source *items;
  size_t count;
  manifest files; /* modules and packages of all of them, and the runbooks of a bundle */
  char *text;     /* of a single file */
  bool is_signed; /* there is a signature, and it lists the files */
} source_list;

/* Whose keys count. */
typedef struct source_terms {
  const char *trust;       /* a folder, NULL: this machine's */
  const char *const *keys; /* instead of the store, if key_count */
  size_t key_count;
  bool unjudged; /* no key is looked up: the caller compares digests with those of a plan that were judged */
} source_terms;

/*
 * Reads what a name on the command line stands for: an id, a .lua file with the modules beside it, a bundle (all of its
 * runbooks, or the one behind a |). E_USAGE: there is none; E_APPROVAL: a signature does not fit, or the store is not
 * safe. A signature that fits but is by a stranger, or none at all, is no error: see the verdict.
 */
int sources_open(const source_terms *terms, const char *name, source_list *out, tlsmend_error *error);
void sources_close(source_list *list);

/* Adds a runbook to a list. */
int sources_add(source_list *list, const char *name, const script_source *script, tlsmend_error *error);

/* The keys that count by the terms. Clear with trust_clear. */
int source_keys(const source_terms *terms, trust_store *out, tlsmend_error *error);

/* The runbooks of a plan as they were read: an item each, in its order. */
typedef struct source_set {
  source_list *lists; /* they stay where they are */
  size_t list_count;
  const source **items;
  size_t count;
} source_set;
void source_set_clear(source_set *set);

/* Makes room for `most` lists. */
int source_set_begin(source_set *set, size_t most, tlsmend_error *error);

/* Adds an item; it lies in one of the lists. */
int source_set_add(source_set *set, const source *source, tlsmend_error *error);

/* Whether a name is a path. */
bool source_is_path(const char *name);

/* Reads the file NAME ("acme/part.lua") beneath the folder of `path`, without following a link there: a stranger who
 * has sent a folder must not choose what is read of this computer. *out is malloc'd and ends in a NUL. E_ABSENT;
 * E_REFUSED: a link. */
int source_read_beside(const char *path, const char *name, size_t most, char **out, size_t *size,
                       tlsmend_error *error);

/* The modules beside a runbook that its text and theirs ask for; with bytes. */
int source_collect(const char *path, const char *text, size_t size, manifest *out, tlsmend_error *error);

/* E_REFUSED unless a source has the text and the files that a runbook of a plan had. Runs nothing. */
int source_check(const script_options *options, const source *source, const plan_runbook *row,
                 tlsmend_error *error);

/* Reads the runbooks of a plan, with what it was made with on the options' library, and checks each. Runs nothing. */
int sources_take(const script_options *options, const source_terms *terms, const tlsmend_plan *plan,
                 source_set *out, tlsmend_error *error);

/* The options to load a source with. Borrowed from both. */
script_options source_options(const script_options *options, const source *source);

/* {"state": ...} of a source. Nothing that is built in needs it. */
json_t *source_verdict(const source *source);

#endif
