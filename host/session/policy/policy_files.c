/* Where policy files are, their entries with the keys that they mean on this Windows, and their effect on one value. */
#include "session/policy/policy_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/unicode.h"
#include "machine/machine.h"
#include "os/os.h"
#include "registry/path.h"
#include "registry/polfile.h"
#include "registry/value.h"

enum { POL_MOST = 16 * 1024 * 1024 };

/* Takes Wow6432Node out of a path where 64-bit Windows keeps the 32-bit view. */
static bool drop_node(char *path) {
  for (char *at = strchr(path, '\\'); at; at = strchr(at + 1, '\\')) {
    size_t length = strcspn(at + 1, "\\");
    *at = 0;
    bool holds = path_holds_node(path);
    *at = '\\';
    if (holds && unicode_name_equal_n(at + 1, length, "Wow6432Node")) {
      memmove(at, at + 1 + length, strlen(at + 1 + length) + 1);
      return true;
    }
  }
  return false;
}

/* The key that an entry means; malloc'd. *out is NULL where it means none. */
static int entry_key(const char *root, const char *key, char **out, tlsmend_error *error) {
  size_t length;
  key += strspn(key, "\\");
  for (length = strlen(key); length > 0 && key[length - 1] == '\\';)
    length--;
  size_t room = strlen(root) + length + 2;
  char *text = malloc(room);
  if (!text)
    return error_no_memory(error);
  snprintf(text, room, "%s%s%.*s", root, length ? "\\" : "", (int)length, key);
  int code = path_physical(text, out, error);
  free(text);
  return code == TLSMEND_E_USAGE ? TLSMEND_OK : code;
}

static const char *behind_root(const char *key) { return key + strcspn(key, "\\"); }

static policy_entry *make_room(policy_file *file) {
  if (file->count == file->room) {
    size_t room = file->room ? 2 * file->room : 64;
    policy_entry *grown = realloc(file->entries, room * sizeof *grown);
    if (!grown)
      return NULL;
    file->entries = grown;
    file->room = room;
  }
  return memset(&file->entries[file->count], 0, sizeof *file->entries);
}

/* What the keys of entries mean on one Windows. */
typedef struct ground {
  bool wide;    /* it has two views */
  char set[32]; /* the control set that is in use, by its own name; "": not known */
} ground;

#define CONTROL_SET "HKLM\\SYSTEM\\ControlSet"
#define CURRENT_SET "HKLM\\SYSTEM\\CurrentControlSet"

/* CurrentControlSet is a link: a key of the set that is in use is found by that name. */
static int rename_set(char **key, const char *set, tlsmend_error *error) {
  const char *rest = *set ? unicode_name_rest(*key, set) : NULL;
  if (!rest || (*rest && *rest != '\\'))
    return TLSMEND_OK;
  size_t room = sizeof CURRENT_SET + strlen(rest);
  char *renamed = malloc(room);
  if (!renamed)
    return error_no_memory(error);
  snprintf(renamed, room, "%s%s", CURRENT_SET, rest);
  free(*key);
  *key = renamed;
  return TLSMEND_OK;
}

typedef struct reading {
  policy_file *file;
  const char *root;
  const ground *ground;
} reading;

static int take_entry(void *data, const char *key, const char *name, const tlsmend_value *value) {
  reading *self = data;
  policy_entry *entry = make_room(self->file);
  if (!entry)
    return TLSMEND_E_MEMORY;
  int code = entry_key(self->root, key, &entry->key, NULL);
  if (code != TLSMEND_OK || !entry->key)
    return code;
  self->file->count++;
  code = rename_set(&entry->key, self->ground->set, NULL);
  if (code != TLSMEND_OK)
    return code;
  bool wide = self->ground->wide, node = wide && drop_node(entry->key);
  entry->view = !wide || (node && path_redirected(entry->key)) ? 32 : 64;
  const char *rest = behind_root(entry->key);
  entry->hash = unicode_name_hash(rest, strlen(rest));
  entry->name = strdup(name);
  return entry->name ? value_copy(&entry->value, value, NULL) : TLSMEND_E_MEMORY;
}

static void clear_file(policy_file *file) {
  for (size_t i = 0; i < file->count; i++) {
    free(file->entries[i].key);
    free(file->entries[i].name);
    tlsmend_value_clear(&file->entries[i].value);
  }
  free(file->entries);
  free(file->path);
}

void policy_files_clear(policy_files *self) {
  for (size_t i = 0; i < self->count; i++)
    clear_file(&self->items[i]);
  free(self->items);
  *self = (policy_files){0};
}

/* Adds one file: `root` is HKLM or HKCU. */
static int add_file(policy_files *self, const char *root, const char *path, const ground *ground,
                    tlsmend_error *error) {
  char *bytes = NULL;
  size_t size = 0;
  policy_file file = {.path = strdup(path)};
  policy_file *grown = realloc(self->items, (self->count + 1) * sizeof *grown);
  if (grown)
    self->items = grown;
  int code = grown && file.path ? os_file_read(path, POL_MOST, &bytes, &size, error) : error_no_memory(error);
  if (code == TLSMEND_OK)
    code = pol_read(path, bytes, size, take_entry, &(reading){&file, root, ground}, error);
  free(bytes);
  if (code == TLSMEND_OK) {
    self->items[self->count++] = file;
    return TLSMEND_OK;
  }
  clear_file(&file);
  if (code == TLSMEND_E_MEMORY)
    return error_no_memory(error);
  return code == TLSMEND_E_ABSENT ? TLSMEND_OK : code;
}

/* Adds a file that lies on a running Windows. What is broken there is nobody's to mend who plans. */
static int add_own(policy_files *self, const char *root, char *path, const ground *ground, plan_lines *doubts,
                   tlsmend_error *error) {
  char line[700];
  tlsmend_error inner = {0, ""};
  int code = path ? add_file(self, root, path, ground, &inner) : TLSMEND_OK;
  free(path);
  if (code == TLSMEND_OK)
    return code;
  if (code == TLSMEND_E_MEMORY)
    return error_no_memory(error);
  snprintf(line, sizeof line, "whether Group Policy sets one of these values again: %.600s", inner.text);
  return plan_lines_add(doubts, line, error);
}

/* Where Windows keeps what policies have set: the local ones, and all that were applied to this computer. */
static int read_own(policy_files *self, const ground *ground, plan_lines *doubts, tlsmend_error *error) {
  int code = add_own(self, "HKLM", os_system_path("System32\\GroupPolicy\\Machine\\Registry.pol"), ground,
                     doubts, error);
  if (code == TLSMEND_OK)
    code = add_own(self, "HKLM", os_common_path("ntuser.pol"), ground, doubts, error);
  if (code == TLSMEND_OK)
    code = add_own(self, "HKCU", os_system_path("System32\\GroupPolicy\\User\\Registry.pol"), ground, doubts,
                   error);
  return code;
}

static int add_beside(policy_files *self, const char *snapshot, const char *root, const char *ending,
                      const ground *ground, tlsmend_error *error) {
  size_t room = strlen(snapshot) + strlen(ending) + 1;
  char *path = malloc(room);
  if (!path)
    return error_no_memory(error);
  snprintf(path, room, "%s%s", snapshot, ending);
  int code = add_file(self, root, path, ground, error);
  free(path);
  return code;
}

/* The control set that Select\Current names. */
static int find_set(tlsmend_machine *machine, char out[32], tlsmend_error *error) {
  tlsmend_value value = {0};
  uint64_t number = 0;
  int code = machine_value_get(machine, "HKLM\\SYSTEM\\Select", 0, "Current", &value, error);
  if (code == TLSMEND_OK && value_number(&value, &number) && number < 1000)
    snprintf(out, 32, "%s%03u", CONTROL_SET, (unsigned)number);
  tlsmend_value_clear(&value);
  return code;
}

int policy_files_read(const tlsmend_session *self, policy_files *out, plan_lines *doubts,
                      tlsmend_error *error) {
  const tlsmend_system *system = NULL;
  ground ground = {.set = ""};
  *out = (policy_files){0};
  int code = machine_system(self->machine, &system, error);
  if (code == TLSMEND_OK)
    code = find_set(self->machine, ground.set, error);
  if (code != TLSMEND_OK)
    return code;
  ground.wide = machine_is_64bit(system);
  if (self->backend->here)
    return read_own(out, &ground, doubts, error);
  if (self->file)
    code = add_beside(out, self->file, "HKLM", ".Machine.pol", &ground, error);
  if (code == TLSMEND_OK && self->file)
    code = add_beside(out, self->file, "HKCU", ".User.pol", &ground, error);
  return code;
}

/* A key of a person in HKEY_USERS as that person sees it, below HKCU: what stands behind the SID; NULL for other keys. */
static const char *user_rest(const char *key) {
  const char *sid = unicode_name_rest(key, "HKU\\"), *rest = sid ? strchr(sid, '\\') : NULL;
  if (!sid)
    return unicode_name_rest(key, "HKCU");
  bool person = unicode_name_rest(sid, "S-1-5-21-") || unicode_name_rest(sid, "S-1-12-1-");
  return person ? rest : NULL;
}

/* Whether the entry deletes keys, and the value's is one of them or lies below one. */
static bool deletes_key(const policy_entry *entry, const char *rest) {
  if (strncmp(entry->name, "**", 2) != 0)
    return false;
  const char *below = unicode_name_rest(rest, behind_root(entry->key));
  return pol_deletes_key(entry->name, &entry->value, below && *below == '\\' ? below + 1 : NULL,
                         rest + (*rest == '\\'));
}

/* What is asked for, taken apart once for all entries. */
typedef struct sought {
  const policy_target *target;
  const char *rest; /* what the key has behind its root; behind the user's SID */
  bool user;
  uint32_t hash;
} sought;

static pol_action judge(const policy_entry *entry, const sought *sought) {
  if (entry->view != sought->target->view || sought->user != (entry->key[2] == 'C')) /* HKCU, HKLM */
    return POL_LEAVES;
  if (entry->hash == sought->hash && unicode_name_equal(behind_root(entry->key), sought->rest))
    return pol_action_on(entry->name, &entry->value, sought->target->name);
  return deletes_key(entry, sought->rest) ? POL_DELETES : POL_LEAVES;
}

int policy_files_foresee(const policy_files *self, const policy_target *target, const tlsmend_value *now,
                         tlsmend_value *next, const policy_file **file, tlsmend_error *error) {
  const tlsmend_value *last = now, absent = {0};
  sought sought = {.target = target, .rest = unicode_name_rest(target->key, "HKLM")};
  *next = (tlsmend_value){0};
  *file = NULL;
  sought.user = !sought.rest;
  if (sought.user && !(sought.rest = user_rest(target->key)))
    return TLSMEND_OK;
  sought.hash = unicode_name_hash(sought.rest, strlen(sought.rest));
  for (size_t i = 0; i < self->count; i++)
    for (size_t j = 0; j < self->items[i].count; j++) {
      const policy_entry *entry = &self->items[i].entries[j];
      pol_action action = judge(entry, &sought);
      if (action == POL_LEAVES || (action == POL_SETS_ABSENT && last->present))
        continue;
      last = action == POL_DELETES ? &absent : &entry->value;
      *file = &self->items[i];
    }
  return *file ? value_copy(next, last, error) : TLSMEND_OK;
}
