/* What servicing, the list of hotfixes and the files say of an update. nil is "cannot tell". */
#include "script/primitives/primitives.h"

#include <string.h>

#include "base/names.h"
#include "base/unicode.h"
#include "machine/guard.h"
#include "machine/machine.h"
#include "machine/update/cbs.h"
#include "machine/update/winners.h"
#include "plan/change.h"

/* The update in argument 1. "RollupFix" is servicing's name for rollups, which carry no number. */
static int check_kb(const tlsmend_call *call, tlsmend_error *error) {
  const char *kb = call->args[0].text;
  bool numbered = kb[0] == 'K' && kb[1] == 'B' && kb[2] && !kb[2 + strspn(kb + 2, "0123456789")];
  if (numbered || strcmp(kb, "RollupFix") == 0)
    return TLSMEND_OK;
  return tlsmend_error_set(error, TLSMEND_E_SCRIPT, "an update is named like \"KB3140245\", got \"%s\"", kb);
}

/* A state that is no number is -1, "broken". */
static int answer_package(tlsmend_call *call, tlsmend_machine *machine, const char *name,
                          tlsmend_error *error) {
  int32_t state = 0;
  int code = cbs_state(machine, name, &state, error);
  if (code != TLSMEND_OK)
    return code;
  cbs_meaning meaning = cbs_meaning_of(state);
  code = tlsmend_call_answer_text(call, name, error);
  if (code == TLSMEND_OK)
    code = tlsmend_call_answer_integer(call, state, error);
  if (code == TLSMEND_OK)
    code = tlsmend_call_answer_text(call, cbs_state_name(state), error);
  if (code == TLSMEND_OK)
    code = tlsmend_call_answer_text(call, cbs_meaning_name(meaning), error);
  return code == TLSMEND_OK ? tlsmend_call_answer_integer(call, (long long)meaning, error) : code;
}

/* kb -> name, state, its name, meaning, rank of each package; nil where servicing keeps no packages in this registry */
int primitive_packages(script_host *host, tlsmend_call *call, tlsmend_error *error) {
  name_list names = {0};
  tlsmend_machine *machine = &host->facts.base;
  int code = check_kb(call, error);
  if (code != TLSMEND_OK)
    return code;
  code = machine_keys(machine, CBS_PACKAGES, 0, &names, error);
  if (code == TLSMEND_E_ABSENT)
    code = tlsmend_call_answer_nil(call, error);
  for (size_t i = 0; code == TLSMEND_OK && i < names.count; i++)
    if (cbs_package_is(names.items[i], call->args[0].text))
      code = answer_package(call, machine, names.items[i], error);
  name_list_clear(&names);
  return code;
}

/* kb -> true, false or nil */
int primitive_listed(script_host *host, tlsmend_call *call, tlsmend_error *error) {
  name_list names = {0};
  bool found = false;
  int code = check_kb(call, error);
  if (code != TLSMEND_OK)
    return code;
  code = machine_hotfixes(&host->facts.base, &names, error);
  for (size_t i = 0; code == TLSMEND_OK && i < names.count && !found; i++)
    found = unicode_name_equal(names.items[i], call->args[0].text);
  name_list_clear(&names);
  if (code == TLSMEND_E_UNKNOWN)
    return tlsmend_call_answer_nil(call, error);
  return code == TLSMEND_OK ? tlsmend_call_answer_boolean(call, found, error) : code;
}

/* path, view -> "6.1.7601.23375", false (no such file) or nil. Of the files that stdlib/hotfix.lua knows, which the guard knows, too. */
int primitive_file_fact(script_host *host, tlsmend_call *call, tlsmend_error *error) {
  char text[32];
  uint64_t version = 0;
  int code = machine_file_version(&host->machine.base, call->args[0].text, (int)call->args[1].number,
                                  &version, error);
  if (code == TLSMEND_E_ABSENT)
    return tlsmend_call_answer_boolean(call, false, error);
  if (code == TLSMEND_E_UNKNOWN || (code == TLSMEND_OK && version == 0))
    return tlsmend_call_answer_nil(call, error);
  if (code != TLSMEND_OK)
    return code;
  version_print(version, text);
  return tlsmend_call_answer_text(call, text, error);
}

/* The same, as far as the runbook may look. */
int primitive_file_version(script_host *host, tlsmend_call *call, tlsmend_error *error) {
  size_t followed; /* the folder of Windows is that of administrators */
  int code = guard_may_look(&host->machine.base, call->args[0].text, true, &followed, error);
  return code == TLSMEND_OK ? primitive_file_fact(host, call, error) : code;
}

/* component, view -> "6.1.7601.24540" or nil. Of the components that stand in machine/update/winners.c. */
int primitive_winner(script_host *host, tlsmend_call *call, tlsmend_error *error) {
  char text[32];
  uint64_t version = 0;
  int code =
      winners_version(&host->facts.base, call->args[0].text, (int)call->args[1].number, &version, error);
  if (code == TLSMEND_E_ABSENT || code == TLSMEND_E_UNKNOWN)
    return tlsmend_call_answer_nil(call, error);
  if (code != TLSMEND_OK)
    return code;
  version_print(version, text);
  return tlsmend_call_answer_text(call, text, error);
}
