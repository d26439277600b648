/*
 * What passes between a worker and its parent: frames of plain values. A frame is its size (4 bytes, little-endian), its kind (1 byte) and
 * values, each a letter and what follows it: n nil, f false, t true, i 8 bytes, s or o 4 bytes of size, that many bytes and a NUL.
 * Whoever reads one believes nothing of it: a frame that is not exactly that is none.
 */
#ifndef TLSMEND_SCRIPT_WORKER_FRAME_H
#define TLSMEND_SCRIPT_WORKER_FRAME_H

#include <stdint.h>

#include "script/primitives/call.h"

/* What both must agree on: the version of the program, and that of what stands here. */
#define WORKER_VERSION TLSMEND_VERSION " 1"

/* Who says it, and what it is. */
typedef enum frame_kind {
  FRAME_HELLO = 'H', /* worker: version, lines about its wall */
  FRAME_OPEN =
      'O', /* parent: a text and what belongs to it, without values the last one again; answered by a result */
  FRAME_CALL = 'C',  /* parent: one thing to do with the open text; answered by a result */
  FRAME_CLOSE = 'X', /* parent: the text is done with */
  FRAME_STOP = 'S',  /* parent: end the call that is running; may come at any time */
  FRAME_ASK = 'A',   /* worker: a primitive, the name if it is a module's, arguments; answered by an answer */
  FRAME_ANSWER = 'a', /* parent */
  FRAME_RESULT = 'R'  /* worker: code and line of the error, and what the call has for results */
} frame_kind;

enum {
  FRAME_HEAD = 5,             /* bytes before the values */
  FRAME_KEPT = 1 << 20,       /* bytes of memory that a frame keeps for the next one */
  FRAME_VALUES_MOST = 1 << 20 /* values in a frame */
};

/* A frame that is being written, or was read. */
typedef struct frame {
  unsigned char *bytes; /* its head, then its values */
  size_t size, room;
  bool failed;        /* out of memory, or too large for a frame; nothing more is added */
  call_value *values; /* as they were read; their texts are those of the bytes */
  size_t count, values_room;
} frame;

void frame_clear(frame *self);

/* Begins a frame anew; what it held is gone, its memory is kept unless it is much. */
void frame_begin(frame *self, frame_kind kind);
void frame_add(frame *self, call_value value);
void frame_add_nil(frame *self);
void frame_add_boolean(frame *self, bool value);
void frame_add_integer(frame *self, long long number);

/* A text that ends at its NUL; NULL is nil. */
void frame_add_text(frame *self, const char *text);
void frame_add_bytes(frame *self, const void *bytes, size_t size);

/* Writes the size into the head. False: it failed before. */
bool frame_end(frame *self);

/* The kind of a frame, and the size of all that follows its head; from its first FRAME_HEAD bytes. */
frame_kind frame_head(const unsigned char *head, size_t *size);

/* Reads the values of a frame whose bytes are all there. False: it is none, or there is no memory for it. */
bool frame_read(frame *self);

/* One value after the other. What is not of the kind that is asked for makes the whole reading fail, and then answers nothing. */
typedef struct frame_reader {
  const call_value *at, *end;
  bool failed;
} frame_reader;
frame_reader frame_values(const frame *self);
bool frame_take_boolean(frame_reader *self);
long long frame_take_integer(frame_reader *self, long long least, long long most);

/* A text without NULs inside; "" after a failure. */
const char *frame_take_text(frame_reader *self);

/* The same, or NULL for nil. */
const char *frame_take_optional(frame_reader *self);

/* A text that may hold anything. */
const char *frame_take_bytes(frame_reader *self, size_t *size);

/* Whether all was read, and nothing failed. */
bool frame_taken(const frame_reader *self);

#endif
