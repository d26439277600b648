/*
 * The spine: open a machine -> plan on an overlay -> commit -> verify -> report. This file opens and closes; it decides
 * which back end a spec means and where the journals of a machine stand.
 */
#include "session/session.h"

#include <assert.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/unicode.h"
#include "machine/machine.h"
#include "machine/sim/sim.h"
#include "os/os.h"
#include "registry/value.h"
#include "session/options.h"
#include "signing/manifest.h"

const char *tlsmend_machine_here(void) { return backend_here()->open ? backend_here()->prefix : NULL; }

void tlsmend_text_free(char *text) { free(text); }

/* Everything that is told goes through here. */
void session_event(void *data, tlsmend_event event, const char *text) {
  const tlsmend_session *self = data;
  char *masked = self->hidden.count && self->event ? secrets_mask(&self->hidden, text) : NULL;
  if (self->event && (masked || !self->hidden.count))
    self->event(self->event_data, event, masked ? masked : text);
  free(masked);
}

void session_tell(const tlsmend_session *self, tlsmend_event event, const char *format, ...) {
  char text[1024];
  va_list list;
  va_start(list, format);
  vsnprintf(text, sizeof text, format, list);
  va_end(list);
  unicode_plain(text, strlen(text), "");
  session_event((tlsmend_session *)self, event, text);
}

int session_hide(tlsmend_session *self, const tlsmend_plan *plan, tlsmend_error *error) {
  return plan_hide(plan, &self->hidden) ? TLSMEND_OK : error_no_memory(error);
}

int tlsmend_text_in(const char *name, const char *english, char **out, tlsmend_error *error) {
  assert(english && out);
  language *language = NULL;
  *out = NULL;
  int code = script_language_open(NULL, name, &language, error);
  if (code == TLSMEND_OK && !(*out = strdup(language_text(language, english))))
    code = error_no_memory(error);
  language_close(language);
  return code;
}

/* Joins two texts; malloc'd. */
static char *join(const char *a, const char *b) {
  size_t room = strlen(a) + strlen(b) + 1;
  char *out = malloc(room);
  if (out)
    snprintf(out, room, "%s%s", a, b);
  return out;
}

/* "sim:ARGUMENT"; malloc'd. */
static char *spec_of(const backend *row, const char *argument) {
  char *head = join(row->prefix, ":"), *out = head ? join(head, argument) : NULL;
  free(head);
  return out;
}

/* A snapshot is a file if it looks like one or is one; else the name of a built-in machine. */
static bool names_a_file(const char *argument) {
  size_t length = strlen(argument);
  return strpbrk(argument, "/\\") || (length > 4 && strcmp(argument + length - 4, ".reg") == 0) ||
         os_file_exists(argument);
}

static int open_file(tlsmend_session *self, const backend *row, const char *argument, tlsmend_error *error) {
  char *path = os_path_real(argument), *beside = path ? join(path, ".tlsmend") : NULL;
  self->file = path;
  self->spec = path ? spec_of(row, path) : NULL;
  self->home = beside;
  if (!self->state && beside)
    self->state = strdup(beside);
  self->own_home = true;
  backend_request request = {.argument = argument, .state = beside, .former = self->state, .path = path};
  return self->spec && self->state && beside ? row->open(&request, &self->machine, error)
                                             : error_no_memory(error);
}

/* Neither a file nor a built-in machine. `why` is the machine builder's word: a name may be known and a part of it
 * not fit. */
static int no_machine(const char *name, const tlsmend_error *why, tlsmend_error *error) {
  const char *reason = strchr(why->text, ':');
  if (reason)
    return tlsmend_error_set(error, TLSMEND_E_USAGE, "there is no built-in machine %s%s", name, reason);
  return tlsmend_error_set(
      error, TLSMEND_E_USAGE,
      "there is no snapshot file and no built-in machine %s (built-in ones are named like "
      "win7-sp1-x64, ws2012r2-x64, win11-24h2-x64)",
      name);
}

/* A built-in machine is made anew each time, until something is applied to it: then it lives in the state folder. */
static int open_builtin(tlsmend_session *self, const backend *row, const char *name, tlsmend_error *error) {
  char *file = join(name, ".reg"), *folder = self->state ? NULL : join(name, ".tlsmend"), *text = NULL,
       *path = NULL;
  tlsmend_error inner = {0, ""};
  int code = error_no_memory(NULL);
  self->own_home = true;
  if (!self->state && folder)
    self->state = os_path_absolute(folder);
  if (self->state && file)
    self->file = path = os_path_join(self->state, file);
  self->spec = spec_of(row, name);
  self->home = path ? join(path, ".tlsmend") : NULL; /* as of any snapshot: it may be named by its file too */
  if (!path || !self->spec || !self->home) {
    code = error_no_memory(error);
    goto out;
  }
  backend_request request = {.argument = path, .state = self->home, .former = self->state, .path = path};
  if (!os_file_exists(path)) {
    code = script_builtin_machine(&self->script, name, &text, &inner);
    if (code == TLSMEND_E_ABSENT)
      code = no_machine(name, &inner, error);
    else if (code != TLSMEND_OK)
      tlsmend_error_set(error, code, "%s", inner.text);
    if (code != TLSMEND_OK)
      goto out;
    request.argument = name;
    request.text = text;
  }
  code = row->open(&request, &self->machine, error);
out:
  free(text);
  free(folder);
  free(file);
  return code;
}

/* A machine of the embedding program; *found is false if the spec is none of those. */
static int open_foreign(tlsmend_session *self, const tlsmend_options *options, bool *found,
                        tlsmend_error *error) {
  const char *spec = options->machine ? options->machine : "";
  size_t length = strcspn(spec, ":");
  *found = false;
  for (size_t i = 0; options->backends && options->backends[i]; i++) {
    const tlsmend_backend *row = options->backends[i];
    const char *rest;
    if (backend_find(row->prefix, &rest))
      return tlsmend_error_set(error, TLSMEND_E_USAGE,
                               "there are machines named %s already: give your back end another prefix",
                               row->prefix);
    if (strlen(row->prefix) != length || strncmp(row->prefix, spec, length) != 0)
      continue;
    *found = true;
    self->backend = backend_foreign();
    if (!self->state)
      return tlsmend_error_set(error, TLSMEND_E_USAGE,
                               "%s: name a folder for its journals (state of the options)", spec);
    self->spec = strdup(spec);
    self->home = strdup(self->state);
    if (!self->spec || !self->home)
      return error_no_memory(error);
    int code = row->open(row->data, spec[length] ? spec + length + 1 : "", &self->machine, error);
    return code == TLSMEND_OK ? backend_check(self->machine, row->prefix, error) : code;
  }
  return TLSMEND_OK;
}

static int open_machine(tlsmend_session *self, const tlsmend_options *options, tlsmend_error *error) {
  const char *argument = "", *spec = options->machine;
  bool found = false;
  int code = open_foreign(self, options, &found, error);
  if (found || code != TLSMEND_OK)
    return code;
  if (!spec)
    spec = tlsmend_machine_here();
  if (!spec)
    return tlsmend_error_set(
        error, TLSMEND_E_USAGE,
        "this is not Windows: name a machine with -m, such as -m sim:win7-sp1-x64 or -m sim:FILE.reg");
  const backend *row = backend_find(spec, &argument);
  if (!row)
    return tlsmend_error_set(error, TLSMEND_E_USAGE,
                             "%s is not a machine: use live, sim:FILE.reg or sim:NAME", spec);
  if (!row->open)
    return tlsmend_error_set(
        error, TLSMEND_E_USAGE,
        "%s is %s, and this is not Windows: name a machine with -m, such as -m sim:win7-sp1-x64", spec,
        row->help);
  self->backend = row;
  if (row->snapshot) {
    if (!*argument)
      return tlsmend_error_set(error, TLSMEND_E_USAGE, "%s: needs a file or a name, such as %s:win7-sp1-x64",
                               row->prefix, row->prefix);
    return names_a_file(argument) ? open_file(self, row, argument, error)
                                  : open_builtin(self, row, argument, error);
  }
  self->spec = strdup(spec);
  self->home = os_state_default();
  if (!self->state && self->home)
    self->state = strdup(self->home);
  backend_request request = {.argument = argument, .state = self->state};
  return self->spec && self->state && self->home ? row->open(&request, &self->machine, error)
                                                 : error_no_memory(error);
}

static void tell_progress(void *data, unsigned seconds) {
  session_tell(data, TLSMEND_EVENT_PROGRESS, "still installing, %u min %02u s", seconds / 60, seconds % 60);
}

int tlsmend_session_open(const tlsmend_options *options, tlsmend_session **out, tlsmend_error *error) {
  assert(options && out);
  *out = NULL;
  tlsmend_options full = TLSMEND_OPTIONS_INIT;
  if (options->size > sizeof full || options->size < offsetof(tlsmend_options, event))
    return tlsmend_error_set(
        error, TLSMEND_E_USAGE,
        "tlsmend_options has a size that this library does not know: use TLSMEND_OPTIONS_INIT, and a "
        "library that is not older than the header");
  /* an older program knows fewer members; the rest keeps its default */
  memcpy(&full, options, options->size);
  options = &full;
  tlsmend_session *self = calloc(1, sizeof *self);
  if (!self)
    return error_no_memory(error);
  int code = TLSMEND_OK;
  if (options->library && !(self->library = os_path_absolute(options->library)))
    code = error_no_memory(error);
  if (options->trust && !(self->trust = os_path_absolute(options->trust)))
    code = error_no_memory(error);
  if (options->state && !(self->state = os_path_absolute(options->state)))
    code = error_no_memory(error);
  if (options->worker && !(self->worker = strdup(options->worker)))
    code = error_no_memory(error);
  self->reboot = options->reboot;
  self->allow_unsigned = options->allow_unsigned != 0;
  self->event = options->event;
  self->event_data = options->event_data;
  self->confirm_minutes = options->confirm_minutes;
  self->clock = os_time;
  self->boot_clock = os_boot_clock;
  self->pause = os_watch_wait;
  self->script = session_script_options(options);
  self->script.library = self->library;
  self->script.worker = self->worker;
  self->script.log = options->event ? session_event : NULL;
  self->script.log_data = self;
  self->script.workers = worker_pool_new();
  if (code == TLSMEND_OK)
    code = session_library_read(&self->script, error);
  if (code == TLSMEND_OK)
    code = script_check_modules(&self->script, error);
  if (code == TLSMEND_OK)
    code = session_language(options, &self->language, error);
  if (code == TLSMEND_OK)
    code = open_machine(self, options, error);
  if (code != TLSMEND_OK) {
    tlsmend_session_close(self);
    return code;
  }
  self->machine->progress = tell_progress;
  self->machine->progress_data = self;
  *out = self;
  return TLSMEND_OK;
}

void tlsmend_session_close(tlsmend_session *self) {
  if (!self)
    return;
  machine_close(self->machine);
  worker_pool_free(self->script.workers);
  free(self->spec);
  free(self->home);
  free(self->state);
  free(self->file);
  free(self->library);
  free(self->worker);
  session_library_clear(&self->script);
  session_forget_texts(self);
  free(self->trust);
  json_decref(self->signers);
  language_close(self->language);
  secrets_clear(&self->hidden);
  free(self);
}

int tlsmend_snapshot(tlsmend_session *self, const char *path, tlsmend_error *error) {
  unsigned char *bytes = NULL;
  size_t size = 0;
  int code = sim_render(self->machine, &bytes, &size, error);
  if (code == TLSMEND_OK)
    code = os_file_replace(path, bytes, size, error);
  free(bytes);
  return code;
}

void session_forget_texts(tlsmend_session *self) {
  if (self->texts)
    source_set_clear(self->texts);
  free(self->texts);
  self->texts = NULL;
}

void session_guid(tlsmend_machine *machine, char out[48]) {
  tlsmend_value value = {0};
  if (machine_value_get(machine, "HKLM\\SOFTWARE\\Microsoft\\Cryptography", 0, "MachineGuid", &value, NULL) !=
      TLSMEND_OK)
    return;
  char *text = value_text(&value);
  if (text && strlen(text) < 48)
    memcpy(out, text, strlen(text) + 1);
  free(text);
  tlsmend_value_clear(&value);
}
