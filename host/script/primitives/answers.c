/* Answers that several primitives give. */
#include "script/primitives/answers.h"

#include <stdio.h>
#include <stdlib.h>

#include "machine/anchors.h"

int primitive_answer_value(tlsmend_call *call, const tlsmend_value *value, tlsmend_error *error) {
  if (!value->present)
    return tlsmend_call_answer_nil(call, error);
  int code = tlsmend_call_answer_integer(call, value->type, error);
  return code == TLSMEND_OK ? tlsmend_call_answer_bytes(call, value->data, value->size, error) : code;
}

int primitive_answer_found(tlsmend_call *call, int code, const name_list *names, tlsmend_error *error) {
  if (code == TLSMEND_E_ABSENT)
    return tlsmend_call_answer_nil(call, error);
  for (size_t i = 0; code == TLSMEND_OK && i < names->count; i++)
    code = tlsmend_call_answer_text(call, names->items[i], error);
  return code;
}

int primitive_note_branch(script_host *host, const char *path, int view, tlsmend_error *error) {
  char *branch = NULL, line[400];
  const script_sink *sink = host->sink;
  if (!sink || !sink->unknown)
    return TLSMEND_OK;
  int code = anchors_unknown(&host->machine.base, path, view, &branch, error);
  if (code == TLSMEND_OK && branch) {
    snprintf(line, sizeof line, ANCHORS_UNKNOWN, branch);
    code = sink->unknown(sink->data, line, error);
  }
  free(branch);
  return code;
}
