/* Where the program of a worker is looked for. */
#include "script/worker/program.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file_path.h"
#include "base/text.h"
#include "os/os.h"

#ifdef _WIN32
#define COMMAND "tlsmend.exe"
#else
#define COMMAND "tlsmend"
#endif

static bool itself;

void script_worker_itself(void) { itself = true; }

#ifdef _WIN32
static bool absolute(const char *path) { return file_path_absolute(path) && path[0] != '/'; }
#else
static bool absolute(const char *path) { return path[0] == '/'; }
#endif

static int named(const char *path, char **out, tlsmend_error *error) {
  if (!absolute(path))
    return tlsmend_error_set(error, TLSMEND_E_USAGE,
                             "options.worker is %s: give the absolute path of a program", path);
  if (!os_file_exists(path))
    return tlsmend_error_set(error, TLSMEND_E_USAGE, "options.worker is %s: there is no such program", path);
  *out = strdup(path);
  return *out ? TLSMEND_OK : error_no_memory(error);
}

/* What is looked through: where the library lies, and what was found so far. */
typedef struct search {
  const char *library;
  text_builder places;
  char *found;
} search;

/* Whoever could change the library has no need of its worker. A link is what it leads to. */
static int check_guarded(const search *self, const char *path, tlsmend_error *error) {
  char *real = os_path_real(path), *library = self->library ? os_path_real(self->library) : NULL;
  int code = real ? os_path_guarded(real, error) : error_no_memory(error);
  if (code == TLSMEND_E_REFUSED && library && os_path_guarded(library, NULL) == TLSMEND_E_REFUSED)
    code = TLSMEND_OK;
  free(library);
  free(real);
  return code;
}

/* Looks for the command in a folder, of which `below` may name one. */
static void look(search *self, const char *folder, const char *below) {
  char *inner = os_path_join(folder, below),
       *path = inner ? os_path_join(*below ? inner : folder, COMMAND) : NULL;
  tlsmend_error why = {0, ""};
  if (!path)
    self->places.failed = true;
  else if (!self->found && os_file_exists(path) && check_guarded(self, path, &why) == TLSMEND_OK) {
    self->found = path;
    path = NULL;
  }
  if (path)
    text_add(&self->places, "%s%s%s%s%s", self->places.length ? ", " : "", path, *why.text ? " (" : "",
             why.text, *why.text ? ")" : "");
  free(path);
  free(inner);
}

#ifdef _WIN32
static void look_elsewhere(search *self, const char *folder) { (void)self, (void)folder; }
#else
/* From PREFIX/lib and from PREFIX/lib/ARCHITECTURE to PREFIX/bin; then where this build is to be installed. */
static void look_elsewhere(search *self, const char *folder) {
  char *up = strdup(folder), *end = up ? strrchr(up, '/') : NULL;
  if (end && strncmp(end, "/lib", 4) != 0) {
    *end = '\0';
    end = strrchr(up, '/');
  }
  if (end && strncmp(end, "/lib", 4) == 0) {
    *end = '\0';
    look(self, *up ? up : "/", "bin");
  }
  free(up);
  look(self, TLSMEND_BINDIR, "");
}
#endif

static int look_around(search *self, tlsmend_error *error) {
  char *folder = self->library ? strdup(self->library) : NULL, *places = NULL;
  int code = TLSMEND_OK;
  if (folder) {
    folder[file_path_leaf(folder) - folder] = '\0';
    look(self, folder, "");
  }
  look_elsewhere(self, folder ? folder : "");
  free(folder);
  code = text_finish(&self->places, &places, error);
  if (code == TLSMEND_OK && !self->found)
    code = tlsmend_error_set(
        error, TLSMEND_E_UNSUPPORTED,
        "a stranger's runbook runs in a process of its own, and no program for one was found "
        "(looked for %s): install the command beside the library, or name it (options.worker), "
        "or let runbooks into this process (options.in_process)",
        places);
  free(places);
  return code;
}

int script_worker_program(const script_options *options, char **out, tlsmend_error *error) {
  *out = NULL;
  if (options->worker)
    return named(options->worker, out, error);
  if (itself) {
    *out = os_program_again();
    return *out ? TLSMEND_OK
                : tlsmend_error_set(error, TLSMEND_E_UNSUPPORTED,
                                    "cannot tell which file this program is, to start it again as a worker: "
                                    "on Linux that takes /proc, or a start by its absolute path");
  }
  char *library = os_library_path();
  search search = {.library = library};
  int code = look_around(&search, error);
  free(library);
  *out = search.found;
  return code;
}
