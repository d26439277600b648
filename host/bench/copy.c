/* Copies of a machine: what is done to one is seen, and its machine can be made to fail. */
#include "bench/copy.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "commit/journal.h"
#include "machine/machine.h"
#include "machine/sim/snapshot.h"
#include "plan/secrets.h"
#include "session/options.h"
#include "session/runs/resume.h"

void bench_find(json_t *record, const char *rule, const char *format, ...) {
  char text[1200];
  va_list list;
  va_start(list, format);
  vsnprintf(text, sizeof text, format, list);
  va_end(list);
  json_t *findings = json_object_get(record, "findings");
  json_array_append_new(findings, json_pack("{s:s, s:s}", "rule", rule, "text", text));
}

int bench_copy_take(const bench *self, const char *name, tlsmend_machine *machine, bench_copy *out,
                    tlsmend_error *error) {
  char spec[512];
  *out = (bench_copy){
      .session = {.backend = backend_snapshot(), .reboot = TLSMEND_REBOOT_ASK, .script = self->script}};
  snprintf(spec, sizeof spec, "%s:%s", backend_snapshot()->prefix, name);
  out->session.script.log = NULL;
  out->session.trust = (char *)(uintptr_t)session_trust_folder(self->options); /* borrowed */
  out->session.spec = strdup(spec);
  out->session.state = strdup(".");
  out->fault = fault_open(machine);
  if (out->fault)
    out->session.machine = &out->fault->base;
  if (out->fault && out->session.spec && out->session.state)
    return TLSMEND_OK;
  bench_copy_close(out);
  return error_no_memory(error);
}

int bench_copy_open(const bench *self, const char *name, const sim *like, bench_copy *out,
                    tlsmend_error *error) {
  tlsmend_machine *machine = NULL;
  int code = sim_clone(like, &machine, error);
  *out = (bench_copy){0};
  return code == TLSMEND_OK ? bench_copy_take(self, name, machine, out, error) : code;
}

void bench_copy_close(bench_copy *copy) {
  machine_close(copy->session.machine);
  free(copy->session.spec);
  free(copy->session.state);
  secrets_clear(&copy->session.hidden);
  *copy = (bench_copy){0};
}

const sim *bench_sim(const bench_copy *copy) { return (const sim *)copy->session.machine->below; }

int bench_finish(bench_copy *copy, journal *journal, commit_result *out, tlsmend_error *error) {
  enum { RESTARTS_MOST = 16 };
  int code = TLSMEND_OK;
  for (int i = 0; code == TLSMEND_OK && *out == COMMIT_BARRIER && i < RESTARTS_MOST; i++)
    code = session_continue(&copy->session, journal, 0, out, error);
  return code;
}
