/* Arguments and answers of a call; what <tlsmend/module.h> says of them holds for every call. */
#include "script/primitives/call.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

call_value call_nil(void) { return (call_value){.type = TLSMEND_TYPE_NIL}; }

call_value call_boolean(bool value) { return (call_value){.type = TLSMEND_TYPE_BOOLEAN, .number = value}; }

call_value call_integer(long long number) {
  return (call_value){.type = TLSMEND_TYPE_INTEGER, .number = number};
}

call_value call_bytes(const void *bytes, size_t size) {
  return (call_value){.type = TLSMEND_TYPE_TEXT, .text = bytes, .size = size};
}

call_value call_text(const char *text) { return text ? call_bytes(text, strlen(text)) : call_nil(); }

size_t tlsmend_call_count(const tlsmend_call *call) { return call->arg_count; }

tlsmend_type tlsmend_call_type(const tlsmend_call *call, size_t number) {
  return number >= 1 && number <= call->arg_count ? call->args[number - 1].type : TLSMEND_TYPE_NIL;
}

static const char *type_name(const call_value *value) {
  switch (value->type) {
  case TLSMEND_TYPE_NIL:
    return "nil";
  case TLSMEND_TYPE_BOOLEAN:
    return "boolean";
  case TLSMEND_TYPE_INTEGER:
    return "number";
  case TLSMEND_TYPE_TEXT:
    return "string";
  case TLSMEND_TYPE_OTHER:
    return value->text ? value->text : "something else";
  }
  return "nothing";
}

static int expect(const tlsmend_call *call, size_t number, tlsmend_type type, const char *what,
                  tlsmend_error *error) {
  if (tlsmend_call_type(call, number) == type)
    return TLSMEND_OK;
  bool given = number >= 1 && number <= call->arg_count;
  return tlsmend_error_set(error, TLSMEND_E_SCRIPT, "%s: argument %zu must be %s, got %s", call->name, number,
                           what, given ? type_name(&call->args[number - 1]) : "nothing");
}

int tlsmend_call_boolean(const tlsmend_call *call, size_t number, int *out, tlsmend_error *error) {
  int code = expect(call, number, TLSMEND_TYPE_BOOLEAN, "true or false", error);
  *out = code == TLSMEND_OK && call->args[number - 1].number != 0;
  return code;
}

int tlsmend_call_integer(const tlsmend_call *call, size_t number, long long *out, tlsmend_error *error) {
  int code = expect(call, number, TLSMEND_TYPE_INTEGER, "an integer", error);
  *out = code == TLSMEND_OK ? call->args[number - 1].number : 0;
  return code;
}

int tlsmend_call_text(const tlsmend_call *call, size_t number, const char **out, size_t *size,
                      tlsmend_error *error) {
  *out = NULL;
  int code = expect(call, number, TLSMEND_TYPE_TEXT, "a string", error);
  if (code != TLSMEND_OK)
    return code;
  const call_value *value = &call->args[number - 1];
  if (!size && strlen(value->text) != value->size)
    return tlsmend_error_set(error, TLSMEND_E_SCRIPT, "%s: argument %zu must not contain NUL characters",
                             call->name, number);
  if (size)
    *size = value->size;
  *out = value->text;
  return TLSMEND_OK;
}

static int add(tlsmend_call *call, call_value value, tlsmend_error *error) {
  if (call->most > 0 && call->count == call->most)
    return tlsmend_error_set(error, TLSMEND_E_LIMIT, "%s: more than %zu answers", call->name, call->most);
  if (call->count == call->room) {
    size_t room = call->room * 2 + 8;
    call_value *moved = realloc(call->answers, room * sizeof *moved);
    if (!moved)
      return error_no_memory(error);
    call->answers = moved;
    call->room = room;
  }
  call->answers[call->count++] = value;
  return TLSMEND_OK;
}

int tlsmend_call_answer_nil(tlsmend_call *call, tlsmend_error *error) { return add(call, call_nil(), error); }

int tlsmend_call_answer_boolean(tlsmend_call *call, int value, tlsmend_error *error) {
  return add(call, call_boolean(value != 0), error);
}

int tlsmend_call_answer_integer(tlsmend_call *call, long long value, tlsmend_error *error) {
  return add(call, call_integer(value), error);
}

int tlsmend_call_answer_bytes(tlsmend_call *call, const void *bytes, size_t size, tlsmend_error *error) {
  if (size > call->most_bytes || call->used > call->most_bytes - size) {
    call->full = true;
    return tlsmend_error_set(error, TLSMEND_E_LIMIT,
                             "%s answers with more than the %llu bytes of memory that a runbook may have",
                             call->name, call->most_bytes);
  }
  if (call->bytes_room - call->used <= size) {
    size_t room = (call->used + size) * 2 + 64;
    char *moved = realloc(call->bytes, room);
    if (!moved)
      return error_no_memory(error);
    call->bytes = moved;
    call->bytes_room = room;
  }
  call_value value = {TLSMEND_TYPE_TEXT, (long long)call->used, NULL, size};
  if (size > 0)
    memcpy(call->bytes + call->used, bytes, size);
  call->bytes[call->used + size] = '\0';
  call->used += size + 1;
  return add(call, value, error);
}

int tlsmend_call_answer_text(tlsmend_call *call, const char *text, tlsmend_error *error) {
  return tlsmend_call_answer_bytes(call, text, strlen(text), error);
}

call_value call_answer(const tlsmend_call *call, size_t number) {
  if (number < 1 || number > call->count)
    return call_nil();
  call_value value = call->answers[number - 1];
  if (value.type == TLSMEND_TYPE_TEXT)
    value.text = call->bytes + value.number;
  return value;
}

void call_empty(tlsmend_call *call) {
  call->count = call->used = 0;
  call->full = call->own_error = false;
}

void call_clear(tlsmend_call *call) {
  free(call->answers);
  free(call->bytes);
  memset(call, 0, sizeof *call);
}
