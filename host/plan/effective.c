/* What makes a written setting count: the table of key families. A family that is not known says so. */
#include <string.h>

#include "plan/change.h"
#include "registry/path.h"

typedef struct family {
  const char *tree, *word, *sentence;
} family;

#define RESTART "restart", "after the next restart of Windows"
#define CREDENTIALS                                                                                          \
  "new-credentials",                                                                                         \
      "for programs and services that are started anew; a restart of Windows reaches all of them"
#define PROCESS "new-process", "for programs that are started from then on"

/* The first row whose tree holds the key counts. "HKU\\*\\" stands for any person's registry. */
static const family families[] = {
    {"HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL", CREDENTIALS},
    {"HKLM\\SYSTEM\\CurrentControlSet\\Control\\Cryptography", RESTART},
    {"HKLM\\SOFTWARE\\Policies\\Microsoft\\Cryptography", RESTART},
    {"HKLM\\SYSTEM\\CurrentControlSet\\Control\\Lsa", RESTART},
    {"HKLM\\SYSTEM\\CurrentControlSet\\Services", "service-restart", "when the service is restarted"},
    {"HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Internet Settings", PROCESS},
    {"HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Internet Settings", PROCESS},
    {"HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows\\CurrentVersion\\Internet Settings", PROCESS},
    {"HKU\\*\\Software\\Microsoft\\Windows\\CurrentVersion\\Internet Settings", PROCESS},
    {"HKU\\*\\Software\\Policies\\Microsoft\\Windows\\CurrentVersion\\Internet Settings", PROCESS},
    {"HKLM\\SOFTWARE\\Microsoft\\.NETFramework", PROCESS},
};
static const family next_read = {"", "next-read", "when the program that uses it reads it again"};
static const family at_restart = {"", RESTART};
static const family at_once = {"", "at-once", "at once"};

static bool holds(const char *tree, const char *key) {
  static const char anybody[] = "HKU\\*\\";
  const size_t root = sizeof "HKU\\" - 1;
  if (strncmp(tree, anybody, sizeof anybody - 1) != 0)
    return path_within(key, tree);
  const char *rest = strncmp(key, tree, root) == 0 ? strchr(key + root, '\\') : NULL;
  return rest && path_within(rest + 1, tree + sizeof anybody - 1);
}

static const family *find(const tlsmend_change *change) {
  if (change->kind == TLSMEND_CHANGE_UPDATE_INSTALL)
    return &at_restart;
  if (change->kind == TLSMEND_CHANGE_REBOOT || !change->key)
    return &at_once;
  for (size_t i = 0; i < sizeof families / sizeof families[0]; i++)
    if (holds(families[i].tree, change->key))
      return &families[i];
  return &next_read;
}

const char *change_effective(const tlsmend_change *change, const char **sentence) {
  const family *found = find(change);
  if (sentence)
    *sentence = found->sentence;
  return found->word;
}
