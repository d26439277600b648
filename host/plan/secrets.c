/* Looking for secrets in texts and values. */
#include "plan/secrets.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/unicode.h"

#define SHOWN "(a secret)"

enum { BEGINNING = 8 }; /* so much of a longer one is found where a text was cut off */

static void wipe(char *text) {
  sodium_memzero(text, strlen(text));
  free(text);
}

void secrets_clear(secrets *self) {
  for (size_t i = 0; i < self->count; i++)
    wipe(self->texts[i]);
  free(self->texts);
  *self = (secrets){0};
}

/* Longer ones first: of two that begin alike the whole is found. Steals the text. */
static bool insert(secrets *self, char *text) {
  size_t length = text ? strlen(text) : 0, at = 0;
  char **grown = text ? realloc(self->texts, (self->count + 1) * sizeof *grown) : NULL;
  if (grown)
    self->texts = grown;
  bool known = !grown || length < SECRETS_LEAST;
  for (size_t i = 0; !known && i < self->count; i++)
    known = strcmp(grown[i], text) == 0;
  if (known) {
    if (text)
      wipe(text);
    return grown;
  }
  while (at < self->count && strlen(grown[at]) >= length)
    at++;
  memmove(grown + at + 1, grown + at, (self->count - at) * sizeof *grown);
  grown[at] = text;
  self->count++;
  return true;
}

static char *copy_of(const char *text, size_t length) {
  char *copy = malloc(length + 1);
  if (copy) {
    memcpy(copy, text, length);
    copy[length] = 0;
  }
  return copy;
}

/* As it is, as a line of plain text has it, and line by line. */
static bool add_text(secrets *self, const char *text) {
  char *plain = strdup(text);
  bool good = plain && insert(self, strdup(text));
  if (plain)
    unicode_plain(plain, strlen(plain), "");
  good = good && insert(self, plain);
  for (const char *at = text; good && strpbrk(text, "\r\n") && *at;) {
    size_t length = strcspn(at, "\r\n");
    good = length < BEGINNING || insert(self, copy_of(at, length));
    at += length + (at[length] != 0);
  }
  return good;
}

bool secrets_add(secrets *self, const param_value *value) {
  char digits[32];
  bool good = true;
  if (value->kind == PARAM_TEXT)
    return add_text(self, value->text);
  for (size_t i = 0; good && i < value->list.count; i++)
    good = add_text(self, value->list.items[i]);
  if (value->kind != PARAM_INTEGER)
    return good;
  snprintf(digits, sizeof digits, "%lld", (long long)value->integer);
  return insert(self, strdup(digits));
}

/* How many bytes of a secret stand at this place: all, or enough of its beginning; 0: none. */
static size_t stands_at(const char *text, const char *secret) {
  size_t length = 0;
  while (secret[length] && text[length] == secret[length])
    length++;
  return !secret[length] || length >= BEGINNING ? length : 0;
}

char *secrets_mask(const secrets *self, const char *text) {
  size_t shown = strlen(SHOWN), least = SECRETS_LEAST;
  char *masked = malloc(strlen(text) / least * shown + least + 1), *to = masked;
  while (masked && *text) {
    size_t found = 0;
    for (size_t i = 0; i < self->count; i++) {
      size_t length = stands_at(text, self->texts[i]);
      found = length > found ? length : found;
    }
    if (found)
      memcpy(to, SHOWN, shown);
    else
      *to = *text;
    to += found ? shown : 1;
    text += found ? found : 1;
  }
  if (masked)
    *to = 0;
  return masked;
}

void secrets_mask_error(const secrets *self, tlsmend_error *error) {
  if (!error || !self->count)
    return;
  char *masked = secrets_mask(self, error->text);
  snprintf(error->text, sizeof error->text, "%s", masked ? masked : "out of memory for an error");
  free(masked);
}

static bool holds(const unsigned char *data, size_t size, const void *wanted, size_t length) {
  for (size_t i = 0; length && i + length <= size; i++)
    if (memcmp(data + i, wanted, length) == 0)
      return true;
  return false;
}

/* The digits of a number. */
static bool is_number(const tlsmend_value *value, const char *text) {
  char digits[32];
  uint64_t number = 0;
  if (value->type != TLSMEND_REG_DWORD && value->type != TLSMEND_REG_QWORD)
    return false;
  for (size_t i = value->size < 8 ? value->size : 8; i-- > 0;)
    number = number << 8 | value->data[i];
  snprintf(digits, sizeof digits, "%llu", (unsigned long long)number);
  return strcmp(digits, text) == 0;
}

bool secrets_within(const secrets *self, const tlsmend_value *value) {
  bool found = false;
  for (size_t i = 0; value->present && !found && i < self->count; i++) {
    const char *text = self->texts[i];
    size_t size = 0;
    unsigned char *units = unicode_to_utf16(text, strlen(text), &size);
    found = !units || is_number(value, text) || holds(value->data, value->size, text, strlen(text)) ||
            holds(value->data, value->size, units, size);
    free(units);
  }
  return found;
}
