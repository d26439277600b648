/*
 * Runbooks: loaded, asked for what they declare, and run on a machine. Where a text runs, in this process or in a worker, is decided here
 * and in host_lua.c, by remote_wanted; the rest is the same for both.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file_path.h"
#include "base/unicode.h"
#include "script/library.h"
#include "script/run.h"
#include "script/sandbox/sandbox.h"
#include "script/worker/remote.h"

static script_host *host_of(const script_runbook *runbook) {
  return runbook->remote ? &runbook->remote->host : &runbook->context->host;
}

/* The name in messages: the file's, or that of the embedded text. */
static void name_file(const script_options *options, const char *name, const script_text *text,
                      char out[64]) {
  const script_source *source = options->source;
  const char *shown = source ? source->file : text->builtin ? name : file_path_leaf(text->source);
  snprintf(out, 64 - strlen(".lua"), "%s", shown);
  if (text->builtin)
    strcat(out, ".lua");
}

static int put_origin(script_runbook *runbook, const script_text *text, const char *file,
                      tlsmend_error *error) {
  runbook_header *header = &runbook->declared.header;
  bool overridden = runbook->remote ? runbook->remote->overridden : runbook->context->overridden;
  script_text_sha256(text, header->sha256);
  header->builtin = text->builtin && !overridden;
  if (!unicode_valid(text->source, strlen(text->source)))
    return tlsmend_error_set(error, TLSMEND_E_SCRIPT, "%s: its path is not UTF-8", file);
  header->source = strdup(text->source);
  if (!header->source)
    return error_no_memory(error);
  /* What was declared to be built in stays so, whatever it requires later. */
  if (header->builtin && runbook->context)
    runbook->context->options.library = NULL;
  if (header->builtin)
    runbook->options.library = NULL;
  return script_files(&runbook->options, &header->files, error);
}

static int check_id(const script_runbook *runbook, const char *name, const char *file, tlsmend_error *error) {
  const char *id = runbook->declared.header.id;
  if (runbook->options.source || strpbrk(name, "/\\.") || strcmp(id, name) == 0)
    return TLSMEND_OK;
  return tlsmend_error_set(error, TLSMEND_E_SCRIPT,
                           "%s: field 'id' must be '%s' like the file's name, got '%s'", file, name, id);
}

/* A text that was named by its path alone is a stranger's, too. */
static void put_source(script_runbook *runbook, const char *name, const script_text *text) {
  runbook->file = (script_source){name, file_path_leaf(name), text->bytes, text->size, NULL};
  if (!text->builtin && runbook->text && !runbook->options.source)
    runbook->options.source = &runbook->file;
}

static int load(script_runbook *runbook, const char *name, script_text *text, tlsmend_error *error) {
  char file[64];
  name_file(&runbook->options, name, text, file);
  runbook->text = text->owned;
  text->owned = NULL;
  put_source(runbook, name, text);
  int code =
      remote_wanted(&runbook->options)
          ? remote_open_runbook(&runbook->options, name, file, &runbook->declared, &runbook->remote, error)
          : run_open(runbook, text, file, error);
  if (code == TLSMEND_OK)
    code = check_id(runbook, name, file, error);
  return code == TLSMEND_OK ? put_origin(runbook, text, file, error) : code;
}

int script_open(const script_options *options, const char *name, script_runbook **out, tlsmend_error *error) {
  script_text text;
  *out = NULL;
  int code = script_text_runbook(options, name, &text, error);
  if (code != TLSMEND_OK)
    return code;
  script_runbook *runbook = calloc(1, sizeof *runbook);
  if (!runbook) {
    script_text_clear(&text);
    return error_no_memory(error);
  }
  runbook->options = options ? *options : (script_options){0};
  code = load(runbook, name, &text, error);
  script_text_clear(&text);
  if (code == TLSMEND_OK)
    *out = runbook;
  else
    script_close(runbook);
  return code;
}

void script_close(script_runbook *runbook) {
  if (!runbook)
    return;
  remote_close(runbook->remote);
  sandbox_close(runbook->context);
  declared_clear(&runbook->declared);
  free(runbook->text);
  free(runbook);
}

const runbook_header *script_header(const script_runbook *runbook) { return &runbook->declared.header; }

const guard_needs *script_needs(const script_runbook *runbook) { return &runbook->declared.needs; }

int script_param(script_runbook *runbook, const char *name, const char *text, tlsmend_error *error) {
  return declared_parse(&runbook->declared, name, text, error);
}

int script_param_value(script_runbook *runbook, const char *name, const param_value *value,
                       tlsmend_error *error) {
  return declared_put(&runbook->declared, name, value, error);
}

const param_value *script_param_at(const script_runbook *runbook, size_t index) {
  return declared_value(&runbook->declared, index);
}

/* The one place where a text gets a machine, for the duration of one run that may use up to the limits: what it asks and proposes
 * goes through a guard made of its own needs. Without a machine there is nothing to ask. */
int script_call(script_runbook *runbook, run_kind kind, const script_ground *ground, run_answer *answer,
                tlsmend_error *error) {
  script_host *host = host_of(runbook);
  *answer = (run_answer){0};
  runbook->declared.needs.made_up = kind == RUN_WATCH;
  host->verifying = kind == RUN_VERIFY;
  host->answered = host->answered && kind != RUN_VERIFY;
  int code = runbook->remote ? remote_wake(runbook->remote, error) : TLSMEND_OK;
  if (code == TLSMEND_OK)
    code = script_host_begin(host, &runbook->declared.needs, ground, error);
  if (code == TLSMEND_OK)
    code = runbook->remote ? remote_call(runbook->remote, &runbook->declared, kind, answer, error)
                           : run_call(runbook, kind, answer, error);
  script_host_end(host);
  host->verifying = false;
  runbook->declared.needs.made_up = false;
  if (runbook->remote)
    remote_rest(runbook->remote);
  return code;
}

int script_run(script_runbook *runbook, const script_ground *ground, bool *applies, char **reason,
               tlsmend_error *error) {
  run_answer answer;
  int code = script_call(runbook, RUN_PLAN, ground, &answer, error);
  *applies = code == TLSMEND_OK && answer.yes;
  *reason = code == TLSMEND_OK ? answer.reason : NULL;
  if (code == TLSMEND_OK)
    answer.reason = NULL;
  run_answer_clear(&answer);
  return code;
}

int script_watch(script_runbook *runbook, const script_ground *ground, json_t **out, tlsmend_error *error) {
  run_answer answer;
  int code = script_call(runbook, RUN_WATCH, ground, &answer, error);
  *out = code == TLSMEND_OK ? json_incref(answer.seen) : NULL;
  run_answer_clear(&answer);
  return code;
}

int script_verify(script_runbook *runbook, const script_ground *ground, tlsmend_error *error) {
  run_answer answer;
  int code = script_call(runbook, RUN_VERIFY, ground, &answer, error);
  if (code == TLSMEND_OK && !answer.yes)
    code = tlsmend_error_set(error, TLSMEND_E_FAILED, "%s: verify: %s", runbook->declared.needs.runbook,
                             answer.reason ? answer.reason : "the effect is not there");
  if (code == TLSMEND_OK && answer.absent && ground->sink && ground->sink->unknown)
    code = ground->sink->unknown(ground->sink->data, "the runbook has no verify", error);
  run_answer_clear(&answer);
  return code;
}

bool script_unreached(const script_runbook *runbook, int code) {
  return script_host_unreached(host_of(runbook), code);
}

bool script_answered(const script_runbook *runbook) { return host_of(runbook)->answered; }
