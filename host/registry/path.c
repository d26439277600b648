/*
 * Owns the spelling of registry paths: roots, canonical and physical form, parents, and the table of keys
 * that 64-bit Windows keeps once for both views. Does not know which Windows a machine is: see
 * machine/machine.c.
 */
#include "registry/path.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/unicode.h"

/* A path in an error text: enough of it to be recognised, and room for the way out behind it. */
#define SHOWN      "%.300s%s"
#define SHOW(text) (text), strlen(text) > 300 ? "..." : ""

typedef struct root_row {
  const char *name, *long_name;
} root_row;

static const root_row roots[] = {
    {"HKLM", "HKEY_LOCAL_MACHINE"}, {"HKCU", "HKEY_CURRENT_USER"},   {"HKU", "HKEY_USERS"},
    {"HKCR", "HKEY_CLASSES_ROOT"},  {"HKCC", "HKEY_CURRENT_CONFIG"},
};

static const root_row *root_find(const char *text, size_t length) {
  for (size_t i = 0; i < sizeof roots / sizeof *roots; i++)
    if (unicode_name_equal_n(text, length, roots[i].name) ||
        unicode_name_equal_n(text, length, roots[i].long_name))
      return &roots[i];
  return NULL;
}

const char *path_root_long(const char *path) {
  const root_row *root = root_find(path, strcspn(path, "\\"));
  return root ? root->long_name : NULL;
}

/* How many UTF-16 code units `length` bytes of a name make. */
static size_t name_units(const char *name, size_t length) {
  size_t units = 0;
  for (const char *end = name + length; name < end;)
    units += unicode_next(&name) < 0x10000 ? 1 : 2;
  return units;
}

static int name_check(const char *text, const char *name, size_t length, bool physical,
                      tlsmend_error *error) {
  if (length == 0)
    return tlsmend_error_set(error, TLSMEND_E_USAGE,
                             "key \"" SHOWN
                             "\": an empty name; write one backslash between names and none at the end",
                             SHOW(text));
  /* No text has more units than bytes. */
  if (length > PATH_KEY_NAME_MAX && name_units(name, length) > PATH_KEY_NAME_MAX)
    return tlsmend_error_set(error, TLSMEND_E_USAGE,
                             "key \"" SHOWN
                             "\": a name of more than %d characters; Windows allows no longer one",
                             SHOW(text), PATH_KEY_NAME_MAX);
  if (!physical && ((length == 1 && *name == '.') || (length == 2 && memcmp(name, "..", 2) == 0)))
    return tlsmend_error_set(
        error, TLSMEND_E_USAGE,
        "key \"" SHOWN "\": \".\" and \"..\" lead nowhere in a registry; write the path of the key itself",
        SHOW(text));
  if (!physical && length == strlen("Wow6432Node") && unicode_name_equal_n(name, length, "Wow6432Node"))
    return tlsmend_error_set(
        error, TLSMEND_E_USAGE,
        "key \"" SHOWN "\": Wow6432Node is never spelled out; leave it out and ask for view 32", SHOW(text));
  return TLSMEND_OK;
}

static int names_check(const char *text, const char *names, bool physical, tlsmend_error *error) {
  size_t depth = 1;
  while (*names == '\\') {
    size_t length = strcspn(++names, "\\");
    int code = name_check(text, names, length, physical, error);
    if (code)
      return code;
    if (++depth > PATH_DEPTH_MAX)
      return tlsmend_error_set(error, TLSMEND_E_USAGE,
                               "key \"" SHOWN "\": deeper than the %d levels of Windows", SHOW(text),
                               PATH_DEPTH_MAX);
    names += length;
  }
  return TLSMEND_OK;
}

static int spell(const char *text, bool physical, char **out, tlsmend_error *error) {
  *out = NULL;
  size_t root_length = strcspn(text, "\\"), length = strlen(text);
  const root_row *root = root_find(text, root_length);
  if (!root)
    return tlsmend_error_set(error, TLSMEND_E_USAGE,
                             "key \"" SHOWN
                             "\": unknown root; keys begin with HKLM, HKCU, HKU, HKCR or HKCC and a "
                             "backslash",
                             SHOW(text));
  if (unicode_broken(text, length) != length)
    return tlsmend_error_set(error, TLSMEND_E_USAGE, "key \"" SHOWN "\": not UTF-8; save the file as UTF-8",
                             SHOW(text));
  int code = names_check(text, text + root_length, physical, error);
  if (code)
    return code;
  size_t short_length = strlen(root->name), rest = length - root_length;
  char *path = malloc(short_length + rest + 1);
  if (!path)
    return error_no_memory(error);
  memcpy(path, root->name, short_length);
  memcpy(path + short_length, text + root_length, rest + 1);
  *out = path;
  return TLSMEND_OK;
}

int path_canonical(const char *text, char **out, tlsmend_error *error) {
  return spell(text, false, out, error);
}

int path_physical(const char *text, char **out, tlsmend_error *error) {
  return spell(text, true, out, error);
}

int path_check(const char *path, tlsmend_error *error) {
  size_t length = strlen(path), root_length = strcspn(path, "\\");
  const root_row *root = root_find(path, root_length);
  if (!root || strncmp(path, root->name, root_length) != 0 || root->name[root_length])
    return tlsmend_error_set(error, TLSMEND_E_USAGE, "key \"" SHOWN "\" does not begin with a short root",
                             SHOW(path));
  if (unicode_broken(path, length) != length)
    return tlsmend_error_set(error, TLSMEND_E_USAGE, "key \"" SHOWN "\": not UTF-8", SHOW(path));
  return names_check(path, path + root_length, false, error);
}

int path_value_name(const char *name, tlsmend_error *error) {
  size_t length = strlen(name);
  if (unicode_broken(name, length) != length)
    return tlsmend_error_set(error, TLSMEND_E_USAGE, "value \"" SHOWN "\": not UTF-8; save the file as UTF-8",
                             SHOW(name));
  if (length > PATH_VALUE_NAME_MAX && name_units(name, length) > PATH_VALUE_NAME_MAX)
    return tlsmend_error_set(error, TLSMEND_E_USAGE,
                             "value \"" SHOWN
                             "\": a name of more than %d characters; Windows allows no longer one",
                             SHOW(name), PATH_VALUE_NAME_MAX);
  return TLSMEND_OK;
}

/* What stands behind `tree` in `path`: "" for the tree itself, names for a key below, NULL for a key
 * elsewhere. */
static const char *path_below(const char *path, const char *tree) {
  const char *rest = unicode_name_rest(path, tree);
  if (!rest || !*rest)
    return rest;
  return *rest == '\\' ? rest + 1 : NULL;
}

bool path_within(const char *path, const char *tree) { return path_below(path, tree); }

size_t path_parent(const char *path) {
  const char *last = strrchr(path, '\\');
  return last ? (size_t)(last - path) : 0;
}

const char *path_leaf(const char *path) {
  const char *last = strrchr(path, '\\');
  return last ? last + 1 : path;
}

/*
 * "Registry Keys Affected by WOW64", learn.microsoft.com/windows/win32/winprog64/shared-registry-keys,
 * column "Windows Server 2008 R2, Windows 7, and newer". Below HKLM\SOFTWARE a key is redirected unless
 * it is one of these or lies below one; outside, everything is shared but the COM keys below. (The page
 * spells MSInfo's path with a doubled "SOFTWARE\Microsoft"; that is taken for a slip.) On Vista and
 * Server 2008 some more keys are redirected or reflected: Classes, Clients, COM3, EventSystem, OLE, RPC,
 * App Paths, AutoplayHandlers, DriveIcons, KindMap, PreviewHandlers, Console, FontLink, Gre_Initialize,
 * Image File Execution Options, Language Pack, DefaultFonts. They count as shared here.
 */
static const char *const shared_top[] = {"Clients", "Policies", "RegisteredApplications", NULL};

static const char *const shared_microsoft[] = {"COM3",
                                               "Cryptography\\Calais\\Current",
                                               "Cryptography\\Calais\\Readers",
                                               "Cryptography\\Services",
                                               "CTF\\SystemShared",
                                               "CTF\\TIP",
                                               "DFS",
                                               "Driver Signing",
                                               "EnterpriseCertificates",
                                               "EventSystem",
                                               "MSMQ",
                                               "Non-Driver Signing",
                                               "Notepad\\DefaultFonts",
                                               "OLE",
                                               "RAS",
                                               "RPC",
                                               "Shared Tools\\MSInfo",
                                               "SystemCertificates",
                                               "TermServLicensing",
                                               "TransactionServer",
                                               NULL};

static const char *const shared_windows[] = {"App Paths",
                                             "Control Panel\\Cursors\\Schemes",
                                             "Explorer\\AutoplayHandlers",
                                             "Explorer\\DriveIcons",
                                             "Explorer\\KindMap",
                                             "Group Policy",
                                             "Policies",
                                             "PreviewHandlers",
                                             "Setup",
                                             "Telephony\\Locations",
                                             NULL};

static const char *const shared_nt[] = {
    "Console",       "FontDpi",         "FontLink",       "FontMapper",
    "Fonts",         "FontSubstitutes", "Gre_Initialize", "Image File Execution Options",
    "Language Pack", "NetworkCards",    "Perflib",        "Ports",
    "Print",         "ProfileList",     "Time Zones",     NULL};

/* The keys below each Classes tree that are redirected although Classes is shared. */
static const char *const redirected_classes[] = {"CLSID",      "DirectShow",      "Interface",
                                                 "Media Type", "MediaFoundation", NULL};

static bool below_one_of(const char *path, const char *const *trees) {
  for (; *trees; trees++)
    if (path_within(path, *trees))
      return true;
  return false;
}

/* What stands behind the Classes tree that holds the path, or NULL. HKCU is a link to a key of HKU, and
 * its Classes to the key <SID>_Classes there. */
static const char *classes_below(const char *path) {
  static const char suffix[] = "_Classes";
  const char *below;
  if ((below = path_below(path, "HKLM\\SOFTWARE\\Classes")))
    return below;
  if ((below = path_below(path, "HKCU\\Software\\Classes")))
    return below;
  if ((below = path_below(path, "HKCR")))
    return below;
  const char *user = path_below(path, "HKU");
  if (!user)
    return NULL;
  size_t length = strcspn(user, "\\"), tail = sizeof suffix - 1;
  if (!user[length])
    return NULL;
  if (length > tail && unicode_name_equal_n(user + length - tail, tail, suffix))
    return user + length + 1;
  return path_below(user + length + 1, "Software\\Classes");
}

static bool software_shared(const char *below) {
  const char *microsoft = path_below(below, "Microsoft");
  if (!microsoft)
    return below_one_of(below, shared_top);
  const char *version = path_below(microsoft, "Windows\\CurrentVersion");
  if (version)
    return below_one_of(version, shared_windows);
  version = path_below(microsoft, "Windows NT\\CurrentVersion");
  return below_one_of(version ? version : microsoft, version ? shared_nt : shared_microsoft);
}

/* Where the name Wow6432Node stands in the stored spelling of a path's 32-bit view; NULL if both views
 * share the key. */
static const char *redirection(const char *path) {
  const char *classes = classes_below(path);
  if (classes)
    return below_one_of(classes, redirected_classes) ? classes : NULL;
  const char *software = path_below(path, "HKLM\\SOFTWARE");
  return software && !software_shared(software) ? software : NULL;
}

bool path_redirected(const char *path) { return redirection(path); }

bool path_holds_node(const char *path) {
  const char *classes = classes_below(path);
  return (classes && !*classes) || unicode_name_equal(path, "HKLM\\SOFTWARE");
}

char *path_stored(const char *path, int view) {
  static const char node[] = "Wow6432Node";
  const char *rest = view == 32 ? redirection(path) : NULL;
  size_t length = strlen(path);
  char *stored = malloc(length + sizeof node + 1);
  if (!stored)
    return NULL;
  if (!rest)
    return memcpy(stored, path, length + 1);
  size_t head = (size_t)(rest - path);
  memcpy(stored, path, head);
  char *at = stored + head;
  if (!*rest)
    *at++ = '\\'; /* HKLM\SOFTWARE itself */
  memcpy(at, node, sizeof node);
  at += sizeof node - 1;
  if (*rest) {
    *at++ = '\\';
    memcpy(at, rest, length - head + 1);
  }
  return stored;
}

const char *path_tree_mistake(const char *path) {
  static const char set[] = "HKLM\\SYSTEM\\ControlSet";
  const char *number = unicode_name_rest(path, set);
  if (number && isdigit((unsigned char)*number))
    return "which control set is in use is the machine's business; write CurrentControlSet";
  if (strcmp(path, "HKU\\*") == 0)
    return "name what is meant of every user, such as \"HKU\\\\*\\\\Software\\\\Example\"";
  return NULL;
}
