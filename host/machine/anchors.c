/*
 * The one table of anchors. A key stands here if each Windows that the row is for has it from its first start on, whatever is installed
 * and configured: seen in hives of 7 and 10, and named by Microsoft's documents. What a Windows can be without is no anchor, but a file
 * tells of it only if it lists it or a key above: those rows are here for the name of the branch to export.
 */
#include "machine/anchors.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/unicode.h"
#include "machine/facts.h"
#include "machine/machine.h"
#include "machine/update/cbs.h"
#include "registry/path.h"
#include "registry/value.h"

#define SOFTWARE  "HKLM\\SOFTWARE\\"
#define MICROSOFT SOFTWARE "Microsoft\\"
#define SYSTEM    "HKLM\\SYSTEM"
#define CURRENT   SYSTEM "\\CurrentControlSet"
#define CONTROL   CURRENT "\\Control"

typedef enum anchor_kind {
  ANCHOR, /* each Windows has it, and a file that tells of it lists it or a key above */
  VAST,   /* the same, but nobody exports it whole: what is missing in it is named instead */
  ROOT,   /* each Windows has it; people export single keys of it */
  BRANCH  /* a Windows may be without it */
} anchor_kind;

typedef struct anchor {
  const char *path;
  anchor_kind kind;
  unsigned since; /* the NT version from which on Windows has it, major * 100 + minor */
} anchor;

/* What lies in another stands behind it: of several that are missing the first is named, of several that are not told the last. */
static const anchor anchors[] = {
    {CURRENT, ANCHOR, 0},
    {CONTROL, ANCHOR, 0},
    {CONTROL "\\Cryptography", BRANCH, 0},
    {CONTROL "\\Lsa", BRANCH, 0},
    {CONTROL "\\SecurityProviders\\SCHANNEL", ANCHOR, 0},
    {CONTROL "\\Session Manager", BRANCH, 0},
    {CONTROL "\\Terminal Server", BRANCH, 0},
    {CURRENT "\\Services", BRANCH, 0},
    {SOFTWARE "Microsoft", VAST, 0},
    {MICROSOFT ".NETFramework", ANCHOR, 600},
    {MICROSOFT "Internet Explorer", BRANCH, 0},
    {MICROSOFT "Microsoft SQL Server", BRANCH, 0},
    {MICROSOFT "NET Framework Setup\\NDP", ANCHOR, 600},
    {MICROSOFT "SystemCertificates", ANCHOR, 0},
    {CBS_KEY, ANCHOR, 600},
    {MICROSOFT "Windows\\CurrentVersion\\Internet Settings", ANCHOR, 0},
    {MICROSOFT "Windows\\CurrentVersion\\WindowsUpdate", BRANCH, 0},
    {MACHINE_CURRENT_VERSION, ANCHOR, 0},
    {SOFTWARE "ODBC", BRANCH, 0},
    {SOFTWARE "Policies", BRANCH, 0},
    {"HKU", ROOT, 0},
    {"HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Internet Settings", ANCHOR, 0},
};

/* A key whose whereabouts are asked for, resolved; and the machine that is the file: what is only planned makes no branch whole. */
typedef struct question {
  tlsmend_machine *file;
  const char *path;
  int view;
  unsigned version;
  bool wide; /* a 64-bit Windows */
} question;

static bool covers(const anchor *row, const question *of) {
  return of->version >= row->since && path_within(of->path, row->path);
}

/* How many names a path has. */
static unsigned depth(const char *path) {
  unsigned count = 1;
  for (; *path; path++)
    count += *path == '\\';
  return count;
}

/* Whether the file lacks an anchor that covers the key. Above what the file lists everything is there. */
static int is_missing(const question *of, const anchor *row, unsigned listed, bool *out,
                      tlsmend_error *error) {
  bool there = true;
  int code = TLSMEND_OK;
  if ((row->kind == ANCHOR || row->kind == ROOT) && depth(row->path) > listed)
    code = machine_key_exists(of->file, row->path, of->view, &there, error);
  *out = !there;
  return code;
}

/* The row by which the file does not tell of the key; NULL: it does. That is the first anchor that is missing; else the last branch that
 * covers the key, where the file lists neither that nor a key between the innermost anchor and the key: then it holds that anchor only as
 * the way to other keys. */
static int find_row(const question *of, const anchor **out, tlsmend_error *error) {
  unsigned above = 0, most = UINT_MAX - 1, names = depth(of->path);
  const anchor *last = NULL;
  *out = NULL;
  int code = machine_told(of->file, of->path, of->view, &above, error);
  if (code != TLSMEND_OK || !above)
    return code;
  unsigned listed = above < names ? names - above : 0;
  for (const anchor *row = anchors; row < anchors + sizeof anchors / sizeof *anchors; row++) {
    bool missing = false;
    if (!covers(row, of))
      continue;
    code = is_missing(of, row, listed, &missing, error);
    if (code != TLSMEND_OK || missing) {
      *out = row;
      return code;
    }
    if (row->kind != ROOT)
      last = row;
    if (row->kind == ANCHOR || row->kind == VAST)
      most = names - depth(row->path);
  }
  if (above > most)
    *out = last;
  return TLSMEND_OK;
}

static int find_set(void *data, const char *name) {
  bool *found = data;
  *found = *found || unicode_name_rest(name, "ControlSet");
  return 0;
}

/* What is missing where there are control sets, and none of them is known to be in use: what says so, or the set that it names. */
static void name_set(const question *of, char *out, size_t size) {
  tlsmend_value value = {0};
  uint64_t number = 0;
  bool sets = false;
  if (machine_each_key(of->file, SYSTEM, of->view, find_set, &sets, NULL) != TLSMEND_OK || !sets)
    return;
  snprintf(out, size, SYSTEM "\\Select");
  if (machine_value_get(of->file, SYSTEM "\\Select", of->view, "Current", &value, NULL) == TLSMEND_OK &&
      value_number(&value, &number))
    snprintf(out, size, SYSTEM "\\ControlSet%03u", (unsigned)number);
  tlsmend_value_clear(&value);
}

static int name_branch(const question *of, const anchor *row, char **branch, tlsmend_error *error) {
  char name[256];
  snprintf(name, sizeof name, "%s", row->path);
  if (strcmp(row->path, CURRENT) == 0)
    name_set(of, name, sizeof name);
  *branch = path_stored(name, of->wide ? of->view : 64);
  return *branch ? TLSMEND_OK : error_no_memory(error);
}

int anchors_unknown(tlsmend_machine *self, const char *path, int view, char **branch, tlsmend_error *error) {
  const tlsmend_system *system = NULL;
  const anchor *row = NULL;
  machine_key key = {0};
  *branch = NULL;
  if (!machine_is_file(self))
    return TLSMEND_OK;
  int code = machine_system(self, &system, error);
  if (code == TLSMEND_OK)
    code = machine_resolve(self, path, view, &key, error);
  if (code != TLSMEND_OK)
    return code;
  question of = {self, key.path, key.view, system->major * 100 + system->minor, machine_is_64bit(system)};
  while (of.file->below)
    of.file = of.file->below;
  code = find_row(&of, &row, error);
  if (code == TLSMEND_OK && row)
    code = name_branch(&of, row, branch, error);
  machine_key_clear(&key);
  return code;
}
