/*
 * Runbooks in Lua: loading their declaration, running them on a machine. The only door from the host into Lua. A script knows
 * only the tlsmend_machine that it is handed; the words "overlay" and "plan" do not appear below script/.
 */
#ifndef TLSMEND_SCRIPT_SCRIPT_H
#define TLSMEND_SCRIPT_SCRIPT_H

#include <stdbool.h>

#include <jansson.h>

#include <tlsmend/machine.h>
#include <tlsmend/tlsmend.h>

#include "script/declared/header.h"

/* Workers that wait for the text that they had, for owners of several runs. Must outlive those. NULL when out of memory, which is good
 * everywhere: each run then has a worker of its own. */
typedef struct worker_pool worker_pool;
worker_pool *worker_pool_new(void);
void worker_pool_free(worker_pool *self);

/* A runbook that is not built in, as it was read, and the files that belong to it. All borrowed. */
struct manifest;
typedef struct script_source {
  const char *path; /* what plans and journals call it */
  const char *file; /* what messages call it */
  const char *bytes;
  size_t size;
  const struct manifest *files; /* its own modules, with their bytes, and packages; or NULL */
} script_source;

/* Where Lua texts come from and what they may use up. Borrowed. */
typedef struct script_options {
  const char *library; /* folder with stdlib/ and runbooks/ that overrides the embedded ones, or NULL */
  /* That folder as it was read, whole. NULL: there is no such folder, which is said once a text is to run. */
  const struct manifest *texts;
  unsigned long long limit[TLSMEND_LIMIT_COUNT]; /* 0: the value of TLSMEND_LIMITS */
  const char *stand_in; /* SHA-256 of the bench's stand-ins for packages: counts as declared; or NULL */
  const struct tlsmend_module *const *modules; /* the embedding program's, ends with NULL; or NULL */
  void (*log)(void *data, tlsmend_event event, const char *text); /* NOTE, WARNING, LOG */
  void *log_data;
  const script_source *source; /* the runbook itself and its own modules, or NULL */
  const char *watch;           /* for script_watch: the module that looks on, or NULL */
  const char *worker;          /* the program that can be a worker, absolute; NULL: it is looked for */
  bool in_process;             /* strangers' texts run in this process, too */
  bool apart;           /* a stranger's text is read or typed: not in this process, whatever else is here */
  worker_pool *workers; /* or NULL */
  const struct script_remote *remote; /* of a worker: the way to its host; else NULL */
} script_options;

/* Reads a library folder whole: "stdlib/tls/winhttp.lua" is a module, "site.lua" a runbook. What is not there is empty. Clear with
 * manifest_clear. */
int script_library_read(const char *folder, struct manifest *out, tlsmend_error *error);

/* What plans know a runbook by, without running any of it: the SHA-256 of its text, and name and SHA-256 of the files that
 * belong to it, the library it runs with among them (a new reference; NULL: none). Errors: as script_open. */
int script_identity(const script_options *options, const char *name, char sha256[65], json_t **files,
                    tlsmend_error *error);

/* Whether the modules of the embedding program are such, with names of their own. E_USAGE. */
int script_check_modules(const script_options *options, tlsmend_error *error);

/* A loaded runbook with its own Lua state. */
typedef struct script_runbook script_runbook;

/* Names of all runbooks that can be called by id, sorted: embedded ones and those of the library folder. */
int script_each_runbook(const script_options *options, int (*fn)(void *data, const char *id), void *data,
                        tlsmend_error *error);

/* Loads and checks a declaration. `name` is an id or a path; with options->source, that is loaded. Errors: E_USAGE (there is none),
 * E_SCRIPT, E_LIMIT. */
int script_open(const script_options *options, const char *name, script_runbook **out, tlsmend_error *error);
void script_close(script_runbook *runbook);

/* What it declares, and where it comes from. Borrowed. */
const runbook_header *script_header(const script_runbook *runbook);

/* The declared needs, canonical. Borrowed. */
struct guard_needs;
const struct guard_needs *script_needs(const script_runbook *runbook);

/* Sets a parameter from its text. E_ABSENT: this runbook has none of that name; E_USAGE: does not parse as its type. */
int script_param(script_runbook *runbook, const char *name, const char *text, tlsmend_error *error);

/* Sets a parameter from the value that a plan holds, of its type; null is one that was not given. The declared default counts as not
 * given. E_PLAN: this runbook has no such parameter, or not of that type. */
int script_param_value(script_runbook *runbook, const char *name, const param_value *value,
                       tlsmend_error *error);

/* The parameter at `index` of the header as it will be used. Borrowed. */
const param_value *script_param_at(const script_runbook *runbook, size_t index);

/* Called for what could not be told and for what deserves attention. */
typedef struct script_sink {
  int (*unknown)(void *data, const char *text, tlsmend_error *error);
  int (*finding)(void *data, const char *text, tlsmend_error *error);
  void *data;
} script_sink;

/* What a runbook is run on. The text never sees this machine: its own questions and changes go through a guard that is made here,
 * of its needs; facts that the host asks for it come from the machine itself. All borrowed. */
struct guard_trust;
typedef struct script_ground {
  tlsmend_machine *machine;        /* NULL: there is none, and asking one is an error of the runbook */
  const struct guard_trust *trust; /* whose packages count, or NULL */
  const script_sink *sink;
} script_ground;

/* Runs `applies`, then, if it applies, `run`. *applies and *reason (malloc'd or NULL) receive the answer of `applies`. */
int script_run(script_runbook *runbook, const script_ground *ground, bool *applies, char **reason,
               tlsmend_error *error);

/* Calls the function `run` of options->watch, a program of the host's, in place of the runbook's functions: with the declaration,
 * the parameters and the name that lines of the text have. *out is its first result. For machines that are made up, whose registry and
 * updates may be touched undeclared, so that it is seen what is; files, servers and modules are guarded as ever. The text may
 * have changed what it likes in this state: the result is its word, too. */
int script_watch(script_runbook *runbook, const script_ground *ground, json_t **out, tlsmend_error *error);

/* Whether the last run, which has failed with `code`, may have done so because a file was out of reach that it looked at. */
bool script_unreached(const script_runbook *runbook, int code);

/* Runs `verify` after an apply. E_FAILED with the runbook's reason if it answers false; OK if there is no verify, which is
 * then told as an unknown. */
int script_verify(script_runbook *runbook, const script_ground *ground, tlsmend_error *error);

/* Runs a text that only says something, and takes what it returns, as script_tool_run does. It has a state of its own, without
 * `require` and without a machine. `name` stands in messages. */
int script_data(const script_options *options, const char *name, const char *text, size_t size, json_t **out,
                tlsmend_error *error);

/* Whether a server has answered the last script_verify: what it says then rests on an effect. */
bool script_answered(const script_runbook *runbook);

/* The built-in snapshot of a name as UTF-8 .reg text (malloc'd), made by host/lua/machines/builtin.lua. E_ABSENT: none. */
int script_builtin_machine(const script_options *options, const char *name, char **out, tlsmend_error *error);

/* The texts of a language; NULL, for which nothing is read, for "en" and NULL. Free with language_close. E_USAGE names the
 * languages there are. */
struct language;
int script_language_open(const script_options *options, const char *name, struct language **out,
                         tlsmend_error *error);

/* Bytes of the executable, which script_embedded_copy unpacks. */
typedef struct embedded_bytes {
  const char *at; /* NULL: there are none */
  size_t size;    /* of what they stand for */
  size_t packed;  /* of the deflated bytes; 0: they stand there as they are */
} embedded_bytes;

/* What is embedded by a name: "stdlib/tls/winhttp.lua", "runbooks/winhttp-tls12.lua". The table is made by the build, sorted. Lua has its
 * text, or what that was compiled to, or both (host/cmake/embed.cmake); nobody outside of the build can put a chunk here. */
typedef struct embedded_text {
  const char *name;
  const char *sha256; /* of the text of a runbook; else NULL */
  embedded_bytes text, chunk;
} embedded_text;
extern const embedded_text embedded_texts[];
extern const size_t embedded_text_count;

#endif
