/* The one place where it is judged whether a primitive may be asked now, and with these arguments. */
#include "script/primitives/primitives.h"

#include <string.h>

#include "base/unicode.h"

static const struct row {
  const char *name;
  primitive_fn *function;
  primitive_when when;
  const char *arguments;
} rows[] = {
#define ROW(id, name, function, when, arguments) {name, function, when, arguments},
    PRIMITIVES(ROW)
#undef ROW
};

const char *primitive_name(primitive_id id) { return (unsigned)id < PRIMITIVE_COUNT ? rows[id].name : NULL; }

static bool is_bytes(const call_value *value) { return value->type == TLSMEND_TYPE_TEXT && value->text; }

static bool is_text(const call_value *value) {
  return is_bytes(value) && strlen(value->text) == value->size && unicode_valid(value->text, value->size);
}

static bool fits(char letter, const call_value *value) {
  switch (letter) {
  case 'k':
  case 't':
    return is_text(value);
  case 'T':
    return value->type == TLSMEND_TYPE_NIL || is_text(value);
  case 's':
    return is_bytes(value);
  case 'v':
    return value->type == TLSMEND_TYPE_INTEGER &&
           (value->number == 0 || value->number == 32 || value->number == 64);
  case 'I':
    return value->type == TLSMEND_TYPE_NIL || value->type == TLSMEND_TYPE_INTEGER;
  case 'i':
    return value->type == TLSMEND_TYPE_INTEGER;
  case 'b':
    return value->type == TLSMEND_TYPE_BOOLEAN;
  default:
    return false;
  }
}

/* What comes from our own modules always fits: they have said it better. */
static int check_arguments(const tlsmend_call *call, const char *letters, tlsmend_error *error) {
  const char *at = letters, *again = NULL;
  for (size_t i = 0; i < call->arg_count; i++) {
    if (*at == '*')
      return TLSMEND_OK;
    if (*at == '(')
      again = ++at;
    else if (!*at && again)
      at = again;
    if (!*at || !fits(*at++, &call->args[i]))
      return tlsmend_error_set(error, TLSMEND_E_SCRIPT, "%s: argument %zu is not what it takes", call->name,
                               i + 1);
  }
  if (*at && *at != '*' && *at != '(')
    return tlsmend_error_set(error, TLSMEND_E_SCRIPT, "%s: takes more than %zu arguments", call->name,
                             call->arg_count);
  return TLSMEND_OK;
}

/* How much of it is shown: of a function of a module the module's name. */
static int shown(const struct row *row, const char *name) {
  return (int)(row->name ? strlen(name) : strcspn(name, "."));
}

static int check_time(const script_host *host, const struct row *row, const char *name,
                      tlsmend_error *error) {
  if (row->when != PRIMITIVE_ANY_TIME && !host->machine.base.below)
    return tlsmend_error_set(error, TLSMEND_E_SCRIPT,
                             "%.*s: only inside applies, run and verify, not while the file loads",
                             shown(row, name), name);
  if (row->when == PRIMITIVE_VERIFY && !host->verifying)
    return tlsmend_error_set(error, TLSMEND_E_SCRIPT,
                             "%s: only inside verify; a plan must not depend on what a network answers",
                             name);
  return TLSMEND_OK;
}

/* A refusal of the guard ends the run; one of a function's own may be caught. */
static void keep_refusal(script_account *account, const tlsmend_call *call, const tlsmend_error *error) {
  if (account->exceeded != SANDBOX_WITHIN)
    return;
  if (call->full && !call->own_error) {
    account->exceeded = TLSMEND_LIMIT_MEMORY;
  } else if (error->code == TLSMEND_E_REFUSED && !call->own_error) {
    account->refusal = *error;
    account->exceeded = SANDBOX_REFUSED;
  }
}

int primitive_call(script_host *host, primitive_id id, tlsmend_call *call, tlsmend_error *error) {
  tlsmend_error own = {0, ""};
  call_empty(call);
  if ((unsigned)id >= PRIMITIVE_COUNT)
    return tlsmend_error_set(error, TLSMEND_E_SCRIPT, "there is no primitive %d", (int)id);
  const struct row *row = &rows[id];
  if (row->name || !call->name)
    call->name = row->name ? row->name : "";
  call->most = 0;
  call->most_bytes = host->account->limit[TLSMEND_LIMIT_MEMORY];
  int code = account_check(host->account, &own);
  if (code == TLSMEND_OK)
    code = check_time(host, row, call->name, &own);
  if (code == TLSMEND_OK)
    code = check_arguments(call, row->arguments, &own);
  if (code == TLSMEND_OK)
    code = row->function(host, call, &own);
  if (code == TLSMEND_OK)
    return code;
  keep_refusal(host->account, call, &own);
  if (error)
    *error = own;
  return code;
}
