/* Keys and values of the machine: what is asked, and what is proposed. A proposal is one call, and made into its changes here. */
#include "script/primitives/primitives.h"

#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "machine/anchors.h"
#include "machine/machine.h"
#include "machine/propose.h"
#include "registry/path.h"
#include "registry/value.h"
#include "script/primitives/answers.h"

/* What a machine calls wrong usage, such as a name that is too long, is a mistake of the text that made the call. */
static int judged(int code, tlsmend_error *error) {
  if (code != TLSMEND_E_USAGE)
    return code;
  error->code = TLSMEND_E_SCRIPT;
  return TLSMEND_E_SCRIPT;
}

static int view_at(const tlsmend_call *call, size_t number) { return (int)call->args[number - 1].number; }

static const char *text_at(const tlsmend_call *call, size_t number) { return call->args[number - 1].text; }

/* The key in argument 1. malloc'd. */
static int key_of(const tlsmend_call *call, char **path, tlsmend_error *error) {
  return judged(path_canonical(text_at(call, 1), path, error), error);
}

int primitive_value(script_host *host, tlsmend_call *call, tlsmend_error *error) {
  char *path = NULL;
  tlsmend_value value = {0};
  int code = key_of(call, &path, error);
  if (code == TLSMEND_OK)
    code = judged(
        machine_value_get(&host->machine.base, path, view_at(call, 3), text_at(call, 2), &value, error),
        error);
  if (code == TLSMEND_OK && !value.present)
    code = primitive_note_branch(host, path, view_at(call, 3), error);
  if (code == TLSMEND_OK)
    code = primitive_answer_value(call, &value, error);
  tlsmend_value_clear(&value);
  free(path);
  return code;
}

int primitive_exists(script_host *host, tlsmend_call *call, tlsmend_error *error) {
  char *path = NULL;
  bool found = false;
  int code = key_of(call, &path, error);
  if (code == TLSMEND_OK)
    code = judged(machine_key_exists(&host->machine.base, path, view_at(call, 2), &found, error), error);
  if (code == TLSMEND_OK && !found)
    code = primitive_note_branch(host, path, view_at(call, 2), error);
  free(path);
  return code == TLSMEND_OK ? tlsmend_call_answer_boolean(call, found, error) : code;
}

typedef int names_fn(tlsmend_machine *self, const char *path, int view, name_list *out, tlsmend_error *error);

static int answer_list(script_host *host, tlsmend_call *call, names_fn *ask, tlsmend_error *error) {
  char *path = NULL;
  name_list names = {0};
  int code = key_of(call, &path, error);
  if (code == TLSMEND_OK) {
    code = judged(ask(&host->machine.base, path, view_at(call, 2), &names, error), error);
    /* one that is there only as the way to others has more of them */
    if (code == TLSMEND_OK || code == TLSMEND_E_ABSENT) {
      int noted = primitive_note_branch(host, path, view_at(call, 2), error);
      code = noted == TLSMEND_OK ? code : noted;
    }
    code = primitive_answer_found(call, code, &names, error);
  }
  name_list_clear(&names);
  free(path);
  return code;
}

int primitive_keys(script_host *host, tlsmend_call *call, tlsmend_error *error) {
  return answer_list(host, call, machine_keys, error);
}

int primitive_values(script_host *host, tlsmend_call *call, tlsmend_error *error) {
  return answer_list(host, call, machine_values, error);
}

/* -> the names of the keys of users: those below HKU and, in a file that has it, HKCU; nil where there are none to list. Who is in neither
 * is noted as unknown; a file with a user of its own has what was asked for, and whether there are others is left to the caller. */
int primitive_users(script_host *host, tlsmend_call *call, tlsmend_error *error) {
  name_list names = {0};
  bool own = false;
  tlsmend_machine *machine = &host->machine.base;
  int code = machine_keys(machine, "HKU", 0, &names, error);
  bool absent = code == TLSMEND_E_ABSENT;
  if (absent)
    code = TLSMEND_OK;
  if (code == TLSMEND_OK && machine_is_file(machine)) /* past the guard, which lets nobody look at a root */
    code = machine_key_exists(&host->facts.base, "HKCU", 0, &own, error);
  if (code == TLSMEND_OK)
    code = own ? name_list_add(&names, "HKCU") : primitive_note_branch(host, "HKU", 0, error);
  if (code == TLSMEND_OK)
    code = primitive_answer_found(call, absent && !own ? TLSMEND_E_ABSENT : TLSMEND_OK, &names, error);
  name_list_clear(&names);
  return code;
}

/* key, view -> the branch that is to be exported, or nil. Past the guard of `needs`: what a file lacks stands in a closed table. */
int primitive_branch(script_host *host, tlsmend_call *call, tlsmend_error *error) {
  char *path = NULL, *branch = NULL;
  int code = key_of(call, &path, error);
  if (code == TLSMEND_OK)
    code = judged(anchors_unknown(&host->machine.base, path, view_at(call, 2), &branch, error), error);
  if (code == TLSMEND_OK)
    code = branch ? tlsmend_call_answer_text(call, branch, error) : tlsmend_call_answer_nil(call, error);
  free(branch);
  free(path);
  return code;
}

/* Numbers and texts of a registry type are proposed as Windows keeps them, or not at all. */
static bool well_formed(const tlsmend_value *value) {
  switch (value->type) {
  case TLSMEND_REG_DWORD:
    return value->size == 4;
  case TLSMEND_REG_QWORD:
    return value->size == 8;
  case TLSMEND_REG_SZ:
  case TLSMEND_REG_EXPAND_SZ:
  case TLSMEND_REG_MULTI_SZ:
    return value_is_plain(value);
  default:
    return true;
  }
}

/* key, name, view, type, bytes, secret, why */
int primitive_set(script_host *host, tlsmend_call *call, tlsmend_error *error) {
  char *path = NULL;
  tlsmend_value value = {0};
  long long type = call->args[3].number;
  if (type < 0 || type > UINT32_MAX)
    return tlsmend_error_set(error, TLSMEND_E_SCRIPT, "%s: %lld is no registry type", call->name, type);
  int code = key_of(call, &path, error);
  if (code == TLSMEND_OK)
    code = tlsmend_value_set(&value, (uint32_t)type, text_at(call, 5), call->args[4].size, error);
  if (code == TLSMEND_OK && !well_formed(&value))
    code = tlsmend_error_set(error, TLSMEND_E_SCRIPT, "%s: its bytes are not what its type promises",
                             call->name);
  if (code == TLSMEND_OK)
    code = judged(
        (call->args[5].number ? propose_secret_set : propose_value_set)(
            &host->machine.base, path, view_at(call, 3), text_at(call, 2), &value, text_at(call, 7), error),
        error);
  if (code == TLSMEND_OK)
    code = primitive_note_branch(host, path, view_at(call, 3), error);
  tlsmend_value_clear(&value);
  free(path);
  return code;
}

/* key, name, view, why */
int primitive_delete(script_host *host, tlsmend_call *call, tlsmend_error *error) {
  char *path = NULL;
  int code = key_of(call, &path, error);
  if (code == TLSMEND_OK)
    code = judged(propose_value_delete(&host->machine.base, path, view_at(call, 3), text_at(call, 2),
                                       text_at(call, 4), error),
                  error);
  if (code == TLSMEND_OK)
    code = primitive_note_branch(host, path, view_at(call, 3), error);
  free(path);
  return code;
}

typedef int key_fn(tlsmend_machine *machine, const char *path, int view, const char *why,
                   tlsmend_error *error);

/* key, view, why */
static int write_key(script_host *host, const tlsmend_call *call, key_fn *write, tlsmend_error *error) {
  char *path = NULL;
  int code = key_of(call, &path, error);
  if (code == TLSMEND_OK)
    code = judged(write(&host->machine.base, path, view_at(call, 2), text_at(call, 3), error), error);
  if (code == TLSMEND_OK)
    code = primitive_note_branch(host, path, view_at(call, 2), error);
  free(path);
  return code;
}

int primitive_create(script_host *host, tlsmend_call *call, tlsmend_error *error) {
  return write_key(host, call, propose_key_create, error);
}

int primitive_delete_key(script_host *host, tlsmend_call *call, tlsmend_error *error) {
  return write_key(host, call, propose_key_delete, error);
}
