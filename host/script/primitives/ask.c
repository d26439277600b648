/* The one door from a text to its host. */
#include "script/primitives/ask.h"

#include <string.h>

#include "script/sandbox/error.h"

/* What ends the run ends it at the place that has asked. */
static void note_end(script_context *context, int exceeded, const tlsmend_error *error) {
  script_account *account = &context->account;
  char where[sizeof context->where];
  sandbox_where(context->running, where, sizeof where);
  if (!context->where[0] || exceeded == TLSMEND_LIMIT_MEMORY)
    memcpy(context->where, where, sizeof where);
  account->exceeded = exceeded;
  if (exceeded == SANDBOX_REFUSED)
    tlsmend_error_set(&account->refusal, error->code, "%s%s", where, error->text);
}

static int ask(script_context *context, primitive_id id, tlsmend_call *call, tlsmend_error *error) {
  const script_remote *remote = context->remote;
  int exceeded = SANDBOX_WITHIN;
  int code = sandbox_ended(context, error);
  if (code != TLSMEND_OK)
    return code;
  if (remote) {
    call_empty(call);
    if (primitive_name(id))
      call->name = primitive_name(id);
    code = remote->ask(remote->data, id, call, &exceeded, error);
  } else {
    code = primitive_call(&context->host, id, call, error);
    exceeded = context->account.exceeded;
  }
  if (code != TLSMEND_OK && exceeded != SANDBOX_WITHIN)
    note_end(context, exceeded, error);
  return code;
}

const tlsmend_call *script_ask(lua_State *L, primitive_id id, const call_value *args, size_t count) {
  tlsmend_error error = {0, ""};
  script_context *context = sandbox_context(L);
  tlsmend_call *call = &context->scratch.call;
  call->args = args;
  call->arg_count = count;
  int code = ask(context, id, call, &error);
  call->args = NULL;
  call->arg_count = 0;
  if (code == TLSMEND_OK)
    return call;
  sandbox_check(L);
  script_raise(L, code, "%s", error.text);
  return NULL;
}
