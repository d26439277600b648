/* A runbook with a module, as files, in a bundle and in a library, on a snapshot with two restarts. What the tests of kept texts share. */
#ifndef UNIT_KEPT_H
#define UNIT_KEPT_H

#include "unit/key.h"

#ifndef _WIN32
#include <sys/stat.h>
#include <unistd.h>
#endif

#include <tlsmend/tlsmend.h>

#include "base/digest.h"
#include "signing/bundle.h"
#include "commit/journal.h"
#include "session/session.h"

static const char runbook[] =
    "local part, registry, reboot = require 'acme.part', require 'registry', require 'reboot'\n"
    "return { id = 'site', version = '1.0.0', title = 'Site', references = {}, params = {\n"
    "    folder = { type = 'path', help = 'looked at by verify' } },\n"
    "  needs = { registry = { part.KEY }, reboot = true }, run = function()\n"
    "    if registry.get(part.KEY, 'v') == part.LAST then return end\n"
    "    registry.set(part.KEY, 'v', 1) reboot.barrier 'one' registry.set(part.KEY, 'v', 2)\n"
    "    reboot.barrier 'two' registry.set(part.KEY, 'v', part.LAST) end,\n"
    "  verify = function(params)\n"
    "    if params.folder then\n"
    "      local names, why = require('files').list(params.folder)\n"
    "      if not names then error(why) end\n"
    "      if #names == 0 then return false, 'the folder is empty' end\n"
    "    end\n"
    "    return registry.get(part.KEY, 'v') == part.LAST end }\n";
static const char part[] = "return { KEY = 'HKLM\\\\SOFTWARE\\\\Site', LAST = 3 }\n";
/* As long as `part`, so that its bytes fit where that lay. */
static const char bad_part[] = "return { KEY = 'HKLM\\\\SOFTWARE\\\\Site', LAST = 6 }\n";
static const char hostile[] = "error 'hostile'\n";
static const char other[] =
    "local registry, reboot = require 'registry', require 'reboot'\n"
    "return { id = 'site', version = '1.0.0', title = 'Site', references = {}, params = {},\n"
    "  needs = { registry = { 'HKLM\\\\SOFTWARE\\\\Site' }, reboot = true }, run = function()\n"
    "    registry.set('HKLM\\\\SOFTWARE\\\\Site', 'v', 666) end }\n";

/* The world. */

static minisign_secret vendor;
static size_t attempts;

static inline void folder(const char *name) {
  char *path = engine_path(name);
  MUST(os_dir_make(path, &error));
  free(path);
}

static inline void away(const char *name) {
  char *path = engine_path(name);
  if (os_dir_exists(path)) {
    os_dir_each(path, remove_one, path, NULL);
    os_dir_each(path, remove_folders, path, NULL);
    os_dir_remove(path, NULL);
  } else {
    MUST(os_file_remove(path, &error));
  }
  free(path);
}

static inline void add_file(manifest *files, manifest_kind kind, const char *name, const char *text) {
  manifest_file file = {
      .kind = kind, .name = (char *)(uintptr_t)name, .size = strlen(text), .bytes = strdup(text)};
  digest_sha256(text, strlen(text), file.sha256);
  MUST(manifest_add(files, &file, &error));
}

static inline void write_bundle(const char *text, const char *module) {
  manifest files = {0};
  char *head = NULL;
  add_file(&files, MANIFEST_RUNBOOK, "site.lua", text);
  add_file(&files, MANIFEST_MODULE, "acme/part.lua", module);
  MUST(bundle_print(&files, &vendor, "timestamp:1\tfile:site.tlsmend", &head, &error));
  size_t size = strlen(head);
  char *bytes = malloc(size + strlen(text) + strlen(module) + 1);
  assert_non_null(bytes);
  sprintf(bytes, "%s%s%s", head, text, module);
  file_text("site.tlsmend", bytes);
  free(bytes), free(head);
  manifest_clear(&files);
}

static inline void write_world(void) {
  char text[256], base64[64];
  vendor = new_key();
  minisign_public_print(&vendor, base64);
  snprintf(text, sizeof text, "untrusted comment: acme\n%s\n", base64);
  folder("store"), folder("acme"), folder("lib/runbooks"), folder("lib/stdlib/tls"), folder("looked");
  file_text("store/acme.pub", text);
  file_text("pc.reg", windows7);
  file_text("site.lua", runbook);
  file_text("acme/part.lua", part);
  file_text("looked/file", "x");
  file_text("lib/runbooks/site.lua", runbook);
  folder("lib/stdlib/acme");
  file_text("lib/stdlib/acme/part.lua", part);
  write_bundle(runbook, part);
}

typedef enum how { FILES, BUNDLE, LIBRARY } how;

static inline tlsmend_session *open_with(how how, tlsmend_event_fn event) {
  tlsmend_options options = TLSMEND_OPTIONS_INIT;
  char *path = engine_path("pc.reg"), *state = engine_path("state"), *store = engine_path("store"),
       *library = engine_path("lib"), spec[512];
  tlsmend_session *session = NULL;
  snprintf(spec, sizeof spec, "sim:%s", path);
  options.machine = spec;
  options.state = state;
  options.trust = store;
  options.library = how == LIBRARY ? library : NULL;
  options.event = event;
  MUST(tlsmend_session_open(&options, &session, &error));
  free(path), free(state), free(store), free(library);
  return session;
}

static inline tlsmend_plan *plan_of(tlsmend_session *session, how how, const char *param) {
  static const char *const names[] = {"site.lua", "site.tlsmend", "site"};
  char *path = how == LIBRARY ? strdup("site") : engine_path(names[how]);
  const char *runbooks[] = {path}, *params[] = {param};
  tlsmend_plan *plan = NULL;
  MUST(tlsmend_plan_make(session, runbooks, 1, params, param ? 1 : 0, &plan, &error));
  free(path);
  return plan;
}

/* What one call came to. */
typedef struct ending {
  int code;
  tlsmend_result result;
  char text[1024];
} ending;

static inline ending take(int code, tlsmend_report *report, const tlsmend_error *error) {
  ending end = {code, TLSMEND_RESULT_NOTHING, ""};
  if (code == TLSMEND_OK)
    end.result = tlsmend_report_result(report);
  else
    snprintf(end.text, sizeof end.text, "%s", error->text);
  tlsmend_report_free(report);
  return end;
}

static inline ending apply_on(tlsmend_session *session, const tlsmend_plan *plan) {
  tlsmend_error error = {0, ""};
  tlsmend_report *report = NULL;
  int code = tlsmend_apply(session, plan, &report, &error);
  return take(code, report, &error);
}

static inline ending begin_run(how how, const char *param) {
  tlsmend_session *session = open_with(how, NULL);
  tlsmend_plan *plan = plan_of(session, how, param);
  ending end = apply_on(session, plan);
  tlsmend_plan_free(plan);
  tlsmend_session_close(session);
  return end;
}

static inline ending resume_on(tlsmend_session *session) {
  tlsmend_error error = {0, ""};
  tlsmend_report *report = NULL;
  int code = tlsmend_resume(session, 0, &report, &error);
  return take(code, report, &error);
}

/* To the end, over however many restarts. */
static inline ending resume_all(how options) {
  ending end = {TLSMEND_OK, TLSMEND_RESULT_RESTART, ""};
  for (int i = 0; i < 5 && end.code == TLSMEND_OK && end.result == TLSMEND_RESULT_RESTART; i++) {
    tlsmend_session *session = open_with(options, NULL);
    end = resume_on(session);
    tlsmend_session_close(session);
  }
  return end;
}

static inline int value_now(void) {
  tlsmend_machine *machine = sim_of_file("pc.reg");
  tlsmend_value value = {0};
  MUST(machine_value_get(machine, SITE, 64, "v", &value, &error));
  int now = value.present && value.size == 4
                ? ((const unsigned char *)value.data)[0] + 256 * ((const unsigned char *)value.data)[1]
                : -1;
  tlsmend_value_clear(&value);
  machine_close(machine);
  return now;
}

static inline char *status_text(void) {
  tlsmend_session *session = open_with(FILES, NULL);
  char *text = NULL;
  MUST(tlsmend_status(session, TLSMEND_FORMAT_TEXT, &text, NULL, &error));
  tlsmend_session_close(session);
  return text;
}

/* Each test begins with an empty folder; so does each attack. */
static inline void fresh(void) {
  engine_teardown(NULL);
  engine_setup(NULL);
  write_world();
  attempts++;
}

static inline int told(void **unused) {
  (void)unused;
  printf("kept: %zu attempts to have something else run\n", attempts);
  return 0;
}

#endif
