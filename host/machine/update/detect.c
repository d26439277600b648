/* Whether an update is really there: what an installer says is no proof. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan/change.h"
#include "registry/value.h"
#include "machine/machine.h"
#include "machine/update/cbs.h"
#include "machine/update/servicing.h"

/* The package of the update as a whole. Its parts (Package_2_for_KB..., ..._SP1, ..._RTM) are made for one service pack each:
 * those for another one are superseded as a matter of course. */
static bool is_parent(const char *identity, const char *kb) {
  static const char prefix[] = "Package_for_";
  size_t length = strlen(kb);
  return strncmp(identity, prefix, sizeof prefix - 1) == 0 &&
         strncmp(identity + sizeof prefix - 1, kb, length) == 0 &&
         identity[sizeof prefix - 1 + length] == '~';
}

/* What the packages of an update say together. */
typedef struct seen {
  cbs_meaning most;
  bool pending;
} seen;

static void say(servicing_presence *out, const char *text) {
  size_t used = strlen(out->evidence);
  snprintf(out->evidence + used, sizeof out->evidence - used, "%s%s", used ? "; " : "", text);
}

/* Judges one package and says what was seen. */
static int detect_package(tlsmend_machine *machine, const char *name, seen *seen, servicing_presence *out,
                          tlsmend_error *error) {
  int32_t state;
  char text[256];
  int code = cbs_state(machine, name, &state, error);
  snprintf(text, sizeof text, "%.120s is %s (0x%02x)", name, cbs_state_name(state), (unsigned)state);
  say(out, text);
  cbs_meaning meaning = cbs_meaning_of(state);
  seen->pending = seen->pending || meaning == CBS_MEANS_PENDING;
  if (meaning > seen->most)
    seen->most = meaning;
  return code;
}

/* The parent package decides where there is one, else all the parts. */
static int detect_packages(tlsmend_machine *machine, const char *kb, seen *seen, servicing_presence *out,
                           tlsmend_error *error) {
  name_list names;
  int code = machine_keys(machine, CBS_PACKAGES, 0, &names, error);
  if (code == TLSMEND_E_ABSENT)
    code = TLSMEND_OK;
  bool any = false, parent = false;
  for (size_t i = 0; i < names.count; i++)
    parent = parent || is_parent(names.items[i], kb);
  for (size_t i = 0; code == TLSMEND_OK && i < names.count; i++) {
    if (parent ? !is_parent(names.items[i], kb) : !cbs_package_is(names.items[i], kb))
      continue;
    code = detect_package(machine, names.items[i], seen, out, error);
    any = true;
  }
  name_list_clear(&names);
  if (!any && code == TLSMEND_OK)
    say(out, "no package of it is registered");
  return code;
}

/* Whether the packages say that the update is there; where servicing leaves it to the files, one that is too old says no. */
static bool packages_say_so(const seen *seen, bool old) {
  if (seen->pending)
    return false;
  return seen->most == CBS_MEANS_INSTALLED ||
         (!old && (seen->most == CBS_MEANS_SUPERSEDED || seen->most == CBS_MEANS_PARTIAL));
}

int servicing_detect(tlsmend_machine *machine, const tlsmend_update *update, servicing_presence *out,
                     tlsmend_error *error) {
  *out = (servicing_presence){0};
  seen seen = {0};
  int code = detect_packages(machine, update->kb, &seen, out, error);
  bool files = update->file_count > 0, old = false;
  for (size_t i = 0; code == TLSMEND_OK && i < update->file_count; i++) {
    const tlsmend_file_effect *file = &update->files[i];
    uint64_t version = 0;
    int told = machine_file_version(machine, file->path, file->view, &version, NULL);
    bool there = told == TLSMEND_OK && version >= file->after;
    files = files && there;
    old = old || (told == TLSMEND_OK && !there);
    char have[32], want[32], text[160];
    version_print(version, have);
    version_print(file->after, want);
    snprintf(text, sizeof text, "%.60s is %s, %s expected", file->path, have, want);
    if (!there && strlen(out->evidence) < 120)
      say(out, text);
  }
  out->pending = seen.pending;
  out->installed = files || packages_say_so(&seen, old);
  return code;
}
