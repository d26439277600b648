/* An older program's options are shorter: what stands behind their end keeps its default. */
#include "session/options.h"

#include <stddef.h>
#include <stdlib.h>

#include "base/error.h"
#include "os/os.h"
#include "signing/manifest.h"

script_options session_script_options(const tlsmend_options *options) {
  script_options script = {
      .library = options->library, .log = options->event, .log_data = options->event_data};
  /* The caller's structure may be older than some limits. */
#define LIMIT(name, word, member, unit, most)                                                                \
  if (options->size >= offsetof(tlsmend_options, member) + sizeof options->member)                           \
    script.limit[TLSMEND_LIMIT_##name] = options->member;
  TLSMEND_LIMITS(LIMIT)
#undef LIMIT
  if (options->size > offsetof(tlsmend_options, modules))
    script.modules = options->modules;
  if (options->size >= offsetof(tlsmend_options, worker) + sizeof options->worker)
    script.worker = options->worker;
  if (options->size >= offsetof(tlsmend_options, in_process) + sizeof options->in_process)
    script.in_process = options->in_process != 0;
  return script;
}

int session_library_read(script_options *script, tlsmend_error *error) {
  if (!script->library || !os_dir_exists(script->library))
    return TLSMEND_OK;
  manifest *texts = calloc(1, sizeof *texts);
  script->texts = texts;
  return texts ? script_library_read(script->library, texts, error) : error_no_memory(error);
}

void session_library_clear(script_options *script) {
  if (script->texts)
    manifest_clear((manifest *)(uintptr_t)script->texts);
  free((void *)(uintptr_t)script->texts);
  script->texts = NULL;
}

const char *session_trust_folder(const tlsmend_options *options) {
  return options->size > offsetof(tlsmend_options, trust) ? options->trust : NULL;
}

int session_language(const tlsmend_options *options, language **out, tlsmend_error *error) {
  bool knows = options->size >= offsetof(tlsmend_options, language) + sizeof options->language;
  script_options script = session_script_options(options);
  *out = NULL;
  return knows ? script_language_open(&script, options->language, out, error) : TLSMEND_OK;
}
