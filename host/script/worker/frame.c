/* Frames of plain values: how they are written, and how they are read without believing them. */
#include "script/worker/frame.h"

#include <stdlib.h>
#include <string.h>

enum { ROOM_LEAST = 4096 };

void frame_clear(frame *self) {
  free(self->bytes);
  free(self->values);
  *self = (frame){0};
}

/* Room for `size` more bytes, or NULL. */
static unsigned char *grow(frame *self, size_t size) {
  if (self->failed || size > UINT32_MAX - self->size) {
    self->failed = true;
    return NULL;
  }
  if (self->room - self->size < size) {
    size_t needed = self->size + size, room = needed + (needed < FRAME_KEPT ? needed : needed / 8);
    unsigned char *moved = realloc(self->bytes, room < ROOM_LEAST ? ROOM_LEAST : room);
    self->failed = !moved;
    if (!moved)
      return NULL;
    self->bytes = moved;
    self->room = room < ROOM_LEAST ? ROOM_LEAST : room;
  }
  self->size += size;
  return self->bytes + self->size - size;
}

static void put_number(unsigned char *out, uint64_t number, size_t size) {
  for (size_t i = 0; i < size; i++)
    out[i] = (unsigned char)(number >> (8 * i));
}

static uint64_t get_number(const unsigned char *bytes, size_t size) {
  uint64_t number = 0;
  for (size_t i = 0; i < size; i++)
    number |= (uint64_t)bytes[i] << (8 * i);
  return number;
}

void frame_begin(frame *self, frame_kind kind) {
  if (self->room > FRAME_KEPT)
    frame_clear(self);
  self->size = 0;
  self->count = 0;
  self->failed = false;
  unsigned char *head = grow(self, FRAME_HEAD);
  if (head)
    head[FRAME_HEAD - 1] = (unsigned char)kind;
}

static void add_letter(frame *self, char letter) {
  unsigned char *at = grow(self, 1);
  if (at)
    *at = (unsigned char)letter;
}

static void add_text(frame *self, char letter, const void *bytes, size_t size) {
  unsigned char *at = size < UINT32_MAX - 6 ? grow(self, size + 6) : NULL;
  if (!at) {
    self->failed = true;
    return;
  }
  at[0] = (unsigned char)letter;
  put_number(at + 1, size, 4);
  if (size > 0)
    memcpy(at + 5, bytes, size);
  at[5 + size] = 0;
}

void frame_add_nil(frame *self) { add_letter(self, 'n'); }
void frame_add_boolean(frame *self, bool value) { add_letter(self, value ? 't' : 'f'); }
void frame_add_bytes(frame *self, const void *bytes, size_t size) { add_text(self, 's', bytes, size); }

void frame_add_integer(frame *self, long long number) {
  unsigned char *at = grow(self, 9);
  if (!at)
    return;
  *at = 'i';
  put_number(at + 1, (uint64_t)number, 8);
}

void frame_add_text(frame *self, const char *text) {
  if (text)
    add_text(self, 's', text, strlen(text));
  else
    frame_add_nil(self);
}

void frame_add(frame *self, call_value value) {
  switch (value.type) {
  case TLSMEND_TYPE_NIL:
    frame_add_nil(self);
    return;
  case TLSMEND_TYPE_BOOLEAN:
    frame_add_boolean(self, value.number != 0);
    return;
  case TLSMEND_TYPE_INTEGER:
    frame_add_integer(self, value.number);
    return;
  case TLSMEND_TYPE_TEXT:
    add_text(self, 's', value.text, value.size);
    return;
  case TLSMEND_TYPE_OTHER:
    add_text(self, 'o', value.text, strlen(value.text));
    return;
  }
}

bool frame_end(frame *self) {
  if (!self->failed)
    put_number(self->bytes, self->size - FRAME_HEAD, 4);
  return !self->failed;
}

frame_kind frame_head(const unsigned char *head, size_t *size) {
  *size = (size_t)get_number(head, 4);
  return (frame_kind)head[FRAME_HEAD - 1];
}

/* Reads one value of the bytes from *at on. False: there is none. */
static bool read_value(const unsigned char **at, const unsigned char *end, call_value *out) {
  size_t left = (size_t)(end - *at), size;
  if (!left)
    return false;
  char letter = (char)*(*at)++;
  left--;
  *out = (call_value){0};
  switch (letter) {
  case 'n':
    return true;
  case 'f':
  case 't':
    out->type = TLSMEND_TYPE_BOOLEAN;
    out->number = letter == 't';
    return true;
  case 'i':
    if (left < 8)
      return false;
    out->type = TLSMEND_TYPE_INTEGER;
    out->number = (long long)get_number(*at, 8);
    *at += 8;
    return true;
  case 's':
  case 'o':
    if (left < 5)
      return false;
    size = (size_t)get_number(*at, 4);
    if (size > left - 5 || (*at)[4 + size] != 0)
      return false;
    *out =
        (call_value){letter == 's' ? TLSMEND_TYPE_TEXT : TLSMEND_TYPE_OTHER, 0, (const char *)*at + 4, size};
    *at += size + 5;
    return true;
  default:
    return false;
  }
}

static bool keep(frame *self, call_value value) {
  if (self->count == self->values_room) {
    size_t wanted = self->values_room ? self->values_room * 2 : 64;
    call_value *moved = wanted <= FRAME_VALUES_MOST ? realloc(self->values, wanted * sizeof *moved) : NULL;
    if (!moved)
      return false;
    self->values = moved;
    self->values_room = wanted;
  }
  self->values[self->count++] = value;
  return true;
}

bool frame_read(frame *self) {
  const unsigned char *at = self->bytes + FRAME_HEAD, *end = self->bytes + self->size;
  self->count = 0;
  if (self->size < FRAME_HEAD)
    return false;
  while (at < end) {
    call_value value;
    if (!read_value(&at, end, &value) || !keep(self, value))
      return false;
  }
  return true;
}

frame_reader frame_values(const frame *self) {
  return (frame_reader){self->values, self->values ? self->values + self->count : NULL, false};
}

/* The next value if it is of a type, else NULL. */
static const call_value *take(frame_reader *self, tlsmend_type type) {
  if (self->failed || self->at == self->end || self->at->type != type) {
    self->failed = true;
    return NULL;
  }
  return self->at++;
}

bool frame_take_boolean(frame_reader *self) {
  const call_value *value = take(self, TLSMEND_TYPE_BOOLEAN);
  return value && value->number != 0;
}

long long frame_take_integer(frame_reader *self, long long least, long long most) {
  const call_value *value = take(self, TLSMEND_TYPE_INTEGER);
  if (!value || value->number < least || value->number > most) {
    self->failed = true;
    return least;
  }
  return value->number;
}

const char *frame_take_bytes(frame_reader *self, size_t *size) {
  const call_value *value = take(self, TLSMEND_TYPE_TEXT);
  *size = value ? value->size : 0;
  return value ? value->text : "";
}

const char *frame_take_text(frame_reader *self) {
  size_t size;
  const char *text = frame_take_bytes(self, &size);
  if (strlen(text) == size)
    return text;
  self->failed = true;
  return "";
}

const char *frame_take_optional(frame_reader *self) {
  bool absent = !self->failed && self->at != self->end && self->at->type == TLSMEND_TYPE_NIL;
  if (!absent)
    return frame_take_text(self);
  self->at++;
  return NULL;
}

bool frame_taken(const frame_reader *self) { return !self->failed && self->at == self->end; }
