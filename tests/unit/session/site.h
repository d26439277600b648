/* A small machine and a runbook for it, in the folder of a test: what tests of runs begin with. */
#ifndef UNIT_SITE_H
#define UNIT_SITE_H

#include "unit/engine.h"

#include <tlsmend/tlsmend.h>

#include "commit/journal.h"
#include "session/session.h"

static const char runbook[] =
    "local registry = require 'registry'\n"
    "return { id = 'site', version = '1.0.0', title = 'Site', references = {}, params = {},\n"
    "  needs = { registry = { 'HKLM\\\\SOFTWARE\\\\Site' } },\n"
    "  run = function()\n"
    "    local K = 'HKLM\\\\SOFTWARE\\\\Site'\n"
    "    if registry.exists(K .. '\\\\Seen') then registry.get(K .. '\\\\Seen', 'v') end\n"
    "    registry.keys(K .. '\\\\List') registry.values(K .. '\\\\List')\n"
    "    registry.set(K, 'v', 2) registry.delete(K, 'old') registry.set(K .. '\\\\New\\\\Key', 'n', 'text')\n"
    "    registry.set(K, 'w', 3, { view = 32 })\n"
    "    registry.delete_key(K .. '\\\\Tree')\n"
    "  end }\n";

static const char site[] =
    "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Site]\r\n\"v\"=dword:00000001\r\n\"old\"=\"x\"\r\n\"unread\"="
    "\"u\"\r\n\r\n"
    "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Site\\Seen]\r\n\"v\"=\"seen\"\r\n\"unread\"=\"u\"\r\n\r\n"
    "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Site\\List]\r\n\"one\"=\"1\"\r\n\r\n"
    "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Site\\List\\Below]\r\n\r\n"
    "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Site\\Tree]\r\n\"t\"=\"t\"\r\n\r\n"
    "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Site\\Tree\\Inner]\r\n\"i\"=hex(0):01\r\n\r\n";

static void write_machine(void) {
  char text[4096];
  snprintf(text, sizeof text, "%s%s", windows7, site);
  file_text("pc.reg", text);
  file_text("site.lua", runbook);
}

/* With journals in that folder; NULL: in the machine's own. */
static tlsmend_session *open_at(const char *folder) {
  tlsmend_options options = TLSMEND_OPTIONS_INIT;
  char *path = engine_path("pc.reg"), *state = folder ? engine_path(folder) : NULL, spec[512];
  tlsmend_session *session = NULL;
  snprintf(spec, sizeof spec, "sim:%s", path);
  options.machine = spec;
  options.state = state;
  MUST(tlsmend_session_open(&options, &session, &error));
  free(path), free(state);
  return session;
}

static inline tlsmend_session *open_session(void) { return open_at("state"); }

static tlsmend_plan *make_plan(tlsmend_session *session, const char *name) {
  char *path = engine_path(name);
  const char *runbooks[] = {path};
  tlsmend_plan *plan = NULL;
  MUST(tlsmend_plan_make(session, runbooks, 1, NULL, 0, &plan, &error));
  free(path);
  return plan;
}

#endif
