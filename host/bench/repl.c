/*
 * `tlsmend repl`: an overlay over the machine, a plan that its changes go into, and a Lua state that the lines are run
 * in. What a line means and how a result is shown is said by host/lua/repl/repl.lua; reading lines is the command's
 * business.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "machine/machine.h"
#include "machine/overlay.h"
#include "render/language_pairs.h"
#include "render/plan_text.h"
#include "script/host_lua.h"
#include "script/texts.h"
#include "session/rerun.h"

struct tlsmend_repl {
  tlsmend_session *session;
  tlsmend_plan *plan;
  tlsmend_machine *overlay;
  script_tool *tool;
};

static int on_unknown(void *data, const char *text, tlsmend_error *error) {
  const tlsmend_repl *self = data;
  session_tell(self->session, TLSMEND_EVENT_WARNING, "cannot tell: %s", text);
  return plan_lines_add(&self->plan->unknowns, text, error);
}

static int on_finding(void *data, const char *text, tlsmend_error *error) {
  const tlsmend_repl *self = data;
  session_tell(self->session, TLSMEND_EVENT_WARNING, "%s", text);
  return plan_lines_add(&self->plan->findings, text, error);
}

/* Calls a function of host/lua/repl/repl.lua; `argument` is stolen. */
static int call(tlsmend_repl *self, const char *function, json_t *argument, json_t **out,
                tlsmend_error *error) {
  script_tool_call request = {"repl.repl", function, argument};
  script_tool_renew(self->tool);
  int code = argument ? script_tool_run(self->tool, &request, out, error)
                      : tlsmend_error_set(error, TLSMEND_E_SCRIPT, "what was typed is not UTF-8");
  json_decref(argument);
  return code;
}

static json_t *text_of(const embedded_bytes *packed) {
  char *bytes = malloc(packed->size + 1);
  json_t *text = bytes && script_embedded_copy(packed, bytes) ? json_stringn(bytes, packed->size) : NULL;
  free(bytes);
  return text;
}

/* What help reads: the definitions, and the modules that it knows. host/cmake/embed.cmake keeps these texts. */
static json_t *help_texts(void) {
  static const char *const folders[] = {"stdlib/meta/", "stdlib/tls/", "stdlib/windows/releases",
                                        "stdlib/windows/updates.lua"};
  json_t *texts = json_object();
  for (size_t i = 0; texts && i < embedded_text_count; i++)
    for (size_t j = 0; j < sizeof folders / sizeof folders[0]; j++)
      if (strncmp(embedded_texts[i].name, folders[j], strlen(folders[j])) == 0)
        json_object_set_new(texts, embedded_texts[i].name, text_of(&embedded_texts[i].text));
  return texts;
}

static void forget(tlsmend_repl *self) {
  script_tool_close(self->tool);
  machine_close(self->overlay);
  tlsmend_plan_free(self->plan);
  self->tool = NULL;
  self->overlay = NULL;
  self->plan = NULL;
}

static int begin_tool(tlsmend_repl *self, tlsmend_error *error) {
  json_t *done = NULL;
  script_sink sink = {on_unknown, on_finding, self};
  script_options options = self->session->script;
  options.apart = true; /* what is pasted may be anybody's */
  int code = script_tool_open(&options, self->overlay, &self->tool, error);
  if (code != TLSMEND_OK)
    return code;
  script_tool_report(self->tool, &sink, "prompt", "typed at the prompt");
  code = call(self, "open", help_texts(), &done, error);
  json_decref(done);
  return code;
}

static int begin(tlsmend_repl *self, tlsmend_error *error) {
  int code = session_plan_new(self->session, &self->plan, error);
  if (code == TLSMEND_OK)
    code = overlay_open(self->session->machine, self->plan, &self->overlay, error);
  return code == TLSMEND_OK ? begin_tool(self, error) : code;
}

/* Where its process has ended, the prompt goes on in another: without its variables, with what is pending. */
static int go_on(tlsmend_repl *self, tlsmend_error *error) {
  if (self->tool && !script_tool_gone(self->tool))
    return TLSMEND_OK;
  script_tool *gone = self->tool;
  self->tool = NULL; /* a signal may look at it */
  script_tool_close(gone);
  if (self->overlay)
    return begin_tool(self, error);
  return tlsmend_error_set(error, TLSMEND_E_SCRIPT, "the prompt could not be made anew; leave with :quit");
}

int tlsmend_repl_open(tlsmend_session *session, tlsmend_repl **out, tlsmend_error *error) {
  assert(session && out);
  *out = NULL;
  tlsmend_repl *self = calloc(1, sizeof *self);
  if (!self)
    return error_no_memory(error);
  self->session = session;
  int code = begin(self, error);
  if (code == TLSMEND_OK)
    *out = self;
  else
    tlsmend_repl_close(self);
  return code;
}

void tlsmend_repl_close(tlsmend_repl *self) {
  if (!self)
    return;
  forget(self);
  free(self);
}

void tlsmend_repl_interrupt(tlsmend_repl *self) {
  if (self && self->tool)
    script_tool_stop(self->tool);
}

static void tell_lines(const tlsmend_repl *self, char *text) {
  for (char *line = text, *end; *line; line = end) {
    end = line + strcspn(line, "\n");
    if (*end)
      *end++ = 0;
    session_tell(self->session, TLSMEND_EVENT_LOG, "%s", line);
  }
}

static int command(tlsmend_repl *self, const char *name, tlsmend_error *error) {
  char *text = NULL;
  int code = TLSMEND_OK;
  tlsmend_verdict verdict;
  if (strcmp(name, ":plan") == 0) {
    plan_settle(self->plan);
    code = plan_print(self->plan, self->session->language, &text, error);
  } else if (strcmp(name, ":reset") == 0) {
    forget(self);
    code = begin(self, error);
  } else if (strcmp(name, ":state") == 0) {
    tlsmend_session over = *self->session;
    over.machine = self->overlay;
    code = tlsmend_state(&over, TLSMEND_FORMAT_TEXT, &text, &verdict, error);
  } else {
    code = tlsmend_error_set(error, TLSMEND_E_USAGE,
                             "there is no %s; there are :help, :plan, :reset, :state, :quit", name);
  }
  if (text)
    tell_lines(self, text);
  free(text);
  return code;
}

/* The line of the text stands below the message: an error's text has one line elsewhere. */
static int fail_as_typed(const char *failure, tlsmend_error *error) {
  error->code = TLSMEND_E_SCRIPT;
  snprintf(error->text, sizeof error->text, "%s", failure);
  return TLSMEND_E_SCRIPT;
}

static int evaluate(tlsmend_repl *self, const char *text, int *more, tlsmend_error *error) {
  json_t *result = NULL, *typed = json_string(text);
  int code = call(self, "run", typed, &result, error);
  const char *failure = json_string_value(json_object_get(result, "failure"));
  *more = json_is_true(json_object_get(result, "more"));
  if (code == TLSMEND_OK && failure)
    code = fail_as_typed(failure, error);
  json_t *lines = json_object_get(result, "lines");
  for (size_t i = 0; i < json_array_size(lines); i++) {
    /* what was typed may have changed what shows it */
    const char *shown = json_string_value(json_array_get(lines, i));
    char *line = strdup(shown ? shown : "");
    if (line)
      tell_lines(self, line);
    free(line);
  }
  json_decref(result);
  return code;
}

int tlsmend_repl_run(tlsmend_repl *self, const char *text, int *more, tlsmend_error *error) {
  assert(self && text && more);
  *more = 0;
  int code = go_on(self, error);
  if (code != TLSMEND_OK)
    return code;
  text += strspn(text, " \t\r\n");
  if (strncmp(text, ":help", 5) == 0)
    return evaluate(self, "help()", more, error);
  return *text == ':' ? command(self, text, error) : evaluate(self, text, more, error);
}

int tlsmend_repl_complete(tlsmend_repl *self, const char *line, char **out, tlsmend_error *error) {
  assert(self && line && out);
  json_t *words = NULL;
  text_builder text = {0};
  *out = NULL;
  int code = go_on(self, error);
  if (code == TLSMEND_OK)
    code = call(self, "complete", json_string(line), &words, error);
  for (size_t i = 0; i < json_array_size(words); i++)
    text_add(&text, "%s\n", json_string_value(json_array_get(words, i)));
  json_decref(words);
  int finished = text_finish(&text, out, error);
  return code == TLSMEND_OK ? finished : code;
}
