/*
 * One call from a text to its host: arguments and answers as plain values, so that it is the same call whether both are in one process
 * or a pipe lies between them. Modules of an embedding program are called by it too: the functions that read and answer are those
 * of <tlsmend/module.h>.
 */
#ifndef TLSMEND_SCRIPT_PRIMITIVES_CALL_H
#define TLSMEND_SCRIPT_PRIMITIVES_CALL_H

#include <stdbool.h>
#include <stddef.h>

#include <tlsmend/module.h>

typedef struct call_value {
  tlsmend_type type;
  long long number; /* of an integer; of a boolean 0 or 1 */
  const char *text; /* of a text, with a NUL behind it; of OTHER the name of its type ("table") */
  size_t size;      /* of a text, without that NUL */
} call_value;

call_value call_nil(void);
call_value call_boolean(bool value);
call_value call_integer(long long number);

/* Borrowed. NULL is nil. */
call_value call_text(const char *text);
call_value call_bytes(const void *bytes, size_t size);

struct tlsmend_call {
  const char *name;       /* "registry.get", for messages */
  const call_value *args; /* borrowed */
  size_t arg_count;
  size_t most; /* answers that there may be; 0: any number */
  unsigned long long most_bytes;
  call_value *answers; /* see call_answer: where a text lies in `bytes` stands in its number */
  size_t count, room;
  char *bytes;
  size_t used, bytes_room;
  /* The error is a refusal of the function's own, which a text may catch, unlike one of the guard. */
  bool own_error;
  bool full; /* there were more bytes than there may be */
};

/* Takes the answers back, and keeps their memory for others. */
void call_empty(tlsmend_call *call);

/* Frees the answers. */
void call_clear(tlsmend_call *call);

/* Answer `number`, from 1; nil behind the last. Its text is NULL unless it is one; it is valid until the next answer is added. */
call_value call_answer(const tlsmend_call *call, size_t number);

#endif
