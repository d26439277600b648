/* What a text says: lines for whoever listens, and what becomes part of the plan. */
#include "script/primitives/primitives.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/unicode.h"

/* What a line costs beside its bytes: many empty ones are a flood too. */
enum { LINE_COST = 64 };

static int count(script_host *host, size_t size, tlsmend_error *error) {
  return account_count(host->account, TLSMEND_LIMIT_OUTPUT, size, error);
}

/* Plain to look at. */
static int tell(script_host *host, tlsmend_event event, const call_value *text, tlsmend_error *error) {
  const script_options *options = host->options;
  int code = count(host, text->size + LINE_COST, error);
  if (code != TLSMEND_OK || !options->log)
    return code;
  char *line = malloc(text->size + 1);
  if (!line)
    return error_no_memory(error);
  memcpy(line, text->text, text->size + 1);
  unicode_plain(line, text->size, "\t");
  options->log(options->log_data, event, line);
  free(line);
  return TLSMEND_OK;
}

/* Whether it is a warning, text. What `print` is given need not be UTF-8. */
int primitive_log(script_host *host, tlsmend_call *call, tlsmend_error *error) {
  const call_value *text = &call->args[1];
  call_value shown = call_bytes(text->text, strlen(text->text));
  return tell(host, call->args[0].number ? TLSMEND_EVENT_WARNING : TLSMEND_EVENT_LOG, &shown, error);
}

int primitive_finding(script_host *host, tlsmend_call *call, tlsmend_error *error) {
  const call_value *text = &call->args[0];
  const script_sink *sink = host->sink;
  if (!sink || !sink->finding)
    return tell(host, TLSMEND_EVENT_WARNING, text, error);
  int code = count(host, text->size + LINE_COST, error);
  return code == TLSMEND_OK ? sink->finding(sink->data, text->text, error) : code;
}

int primitive_unknown(script_host *host, tlsmend_call *call, tlsmend_error *error) {
  const call_value *text = &call->args[0];
  const script_sink *sink = host->sink;
  int code = count(host, text->size, error);
  return code == TLSMEND_OK && sink && sink->unknown ? sink->unknown(sink->data, text->text, error) : code;
}
