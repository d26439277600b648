/*
 * The one table of anchors. A row stands here if each Windows that it is for has the key from its first start on, whatever is installed
 * and configured: seen in hives of 7 and 10, and named by Microsoft's own documents. Policies, the list of profiles and what a product
 * brings are no anchors: a Windows can be without them.
 */
#include "machine/anchors.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "machine/facts.h"
#include "machine/machine.h"
#include "machine/update/cbs.h"
#include "registry/path.h"

#define MICROSOFT "HKLM\\SOFTWARE\\Microsoft\\"
#define SYSTEM    "HKLM\\SYSTEM\\"
#define CURRENT   SYSTEM "CurrentControlSet"

typedef struct anchor {
  const char *path;
  unsigned since; /* the NT version that it came with, major * 100 + minor */
} anchor;

/* What lies in another stands behind it: of several that are missing the first is named. */
static const anchor anchors[] = {
    {CURRENT, 0},
    {CURRENT "\\Control", 0},
    {CURRENT "\\Control\\SecurityProviders\\SCHANNEL", 0},
    {MACHINE_CURRENT_VERSION, 0},
    {MICROSOFT "Windows\\CurrentVersion\\Internet Settings", 0},
    {MICROSOFT ".NETFramework", 600},
    {MICROSOFT "NET Framework Setup\\NDP", 600},
    {CBS_KEY, 600},
    {MICROSOFT "SystemCertificates", 0},
    {"HKU", 0},
};

/* Whether the anchor is in the file. */
static int holds(tlsmend_machine *self, const anchor *row, int view, bool *out, tlsmend_error *error) {
  tlsmend_machine *owner = self;
  while (owner->below)
    owner = owner->below; /* what is only planned makes no branch whole */
  return machine_key_exists(owner, row->path, view, out, error);
}

static int name_branch(const anchor *row, int view, char **branch, tlsmend_error *error) {
  *branch = path_stored(row->path, view);
  return *branch ? TLSMEND_OK : error_no_memory(error);
}

int anchors_unknown(tlsmend_machine *self, const char *path, int view, char **branch, tlsmend_error *error) {
  const tlsmend_system *system = NULL;
  machine_key key = {0};
  *branch = NULL;
  if (!machine_is_file(self))
    return TLSMEND_OK;
  int code = machine_system(self, &system, error);
  if (code == TLSMEND_OK)
    code = machine_resolve(self, path, view, &key, error);
  for (size_t i = 0; code == TLSMEND_OK && !*branch && i < sizeof anchors / sizeof *anchors; i++) {
    bool there = true;
    if (system->major * 100 + system->minor < anchors[i].since || !path_within(key.path, anchors[i].path))
      continue;
    code = holds(self, &anchors[i], key.view, &there, error);
    if (code == TLSMEND_OK && !there)
      code = name_branch(&anchors[i], machine_is_64bit(system) ? key.view : 64, branch, error);
  }
  machine_key_clear(&key);
  return code;
}
