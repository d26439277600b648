/* Keys and verdicts. The comment line of a key is not signed; it may hold a date because whoever can write there can also add a
 * key. */
#include "signing/trust.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/calendar.h"
#include "base/error.h"
#include "signing/approval.h"

#define UNTRUSTED "untrusted comment:"

void trust_clear(trust_store *self) {
  for (size_t i = 0; i < self->count; i++)
    free(self->keys[i].name);
  free(self->keys);
  *self = (trust_store){0};
}

const trust_key *trust_find(const trust_store *self, const unsigned char id[8]) {
  for (size_t i = 0; i < self->count; i++)
    if (memcmp(self->keys[i].key.id, id, sizeof self->keys[i].key.id) == 0)
      return &self->keys[i];
  return NULL;
}

/* Whether a text speaks of an end, in any spelling: one that is overlooked would be worse than none. */
static const char *find_expiry(const char *text) {
  for (; *text; text++) {
    static const char word[] = "expir";
    size_t i = 0;
    while (word[i] && (text[i] | 0x20) == word[i])
      i++;
    if (!word[i])
      return text;
  }
  return NULL;
}

/* The date in the first line, if that is a comment. */
static int read_expiry(const char *name, const char *text, size_t size, int64_t *out, tlsmend_error *error) {
  char line[512], *found;
  size_t length = 0;
  *out = 0;
  while (length < size && text[length] != '\n' && text[length] != '\r')
    length++;
  if (length < strlen(UNTRUSTED) || memcmp(text, UNTRUSTED, strlen(UNTRUSTED)) != 0)
    return TLSMEND_OK;
  if (length >= sizeof line || memchr(text, 0, length))
    return tlsmend_error_set(error, TLSMEND_E_APPROVAL, "%s: its first line is too long, or not text", name);
  memcpy(line, text, length);
  line[length] = 0;
  found = (char *)find_expiry(line);
  if (!found)
    return TLSMEND_OK;
  size_t word = strcspn(found, " \t");
  bool last = found[word + strspn(found + word, " \t")] == 0;
  found[word] = 0;
  if (strncmp(found, "expires:", 8) == 0 && last && strchr(found + 8, '-') &&
      calendar_parse(found + 8, 0, out) && *out)
    return TLSMEND_OK;
  return tlsmend_error_set(
      error, TLSMEND_E_APPROVAL,
      "%s: the end of the key is not understood at \"%.60s\": write expires:2027-12-31 at "
      "the end of the first line",
      name, found);
}

int trust_add(trust_store *self, const char *name, const char *text, size_t size, tlsmend_error *error) {
  trust_key row = {0};
  tlsmend_error inner = {0, ""};
  int code = minisign_public_parse(text, size, &row.key, &inner);
  if (code != TLSMEND_OK)
    return tlsmend_error_set(error, code, "%s: %s", name, inner.text);
  code = read_expiry(name, text, size, &row.expires, error);
  if (code != TLSMEND_OK)
    return code;
  const trust_key *other = trust_find(self, row.key.id);
  if (other)
    return tlsmend_error_set(error, TLSMEND_E_APPROVAL,
                             "%s and %s have the same key number: keep one of them", name, other->name);
  trust_key *grown = realloc(self->keys, (self->count + 1) * sizeof *grown);
  if (!grown || !(row.name = strdup(name))) {
    self->keys = grown ? grown : self->keys;
    return error_no_memory(error);
  }
  self->keys = grown;
  grown[self->count++] = row;
  return TLSMEND_OK;
}

const char *trust_name_mistake(const char *name) {
  static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
  size_t size = strlen(name);
  if (!size || size > 64 || strspn(name, letters) != size || strchr("-_.", *name))
    return "a signer is the name of a key in the trust store: letters, digits, '-', '_' and '.', 64 at most";
  return size > 4 && strcmp(name + size - 4, ".pub") == 0 ? "leave out the .pub" : NULL;
}

bool trust_judge(const unsigned char id[8], const trust_key *key, int64_t now, trust_verdict *out) {
  minisign_id_print(id, out->key);
  out->state = TRUST_UNKNOWN;
  if (!key)
    return true;
  out->state = key->expires && key->expires < now ? TRUST_EXPIRED : TRUST_TRUSTED;
  out->expires = key->expires;
  return (out->signer = strdup(key->name));
}

void trust_verdict_clear(trust_verdict *verdict) {
  free(verdict->signer);
  free(verdict->comment);
  *verdict = (trust_verdict){0};
}

static json_t *text_or_null(const char *text) {
  json_t *json = text && *text ? json_string(text) : NULL;
  return json ? json : json_null(); /* a comment that is not UTF-8 is not shown */
}

json_t *trust_verdict_to_json(const trust_verdict *verdict) {
#define WORD(name, word, text) word,
  static const char *const words[] = {TRUST_STATES(WORD)};
#undef WORD
  char expires[32] = "";
  if (verdict->expires)
    calendar_print(verdict->expires, expires);
  return json_pack("{s:s, s:o, s:o, s:o, s:o}", "state", words[verdict->state], "signer",
                   text_or_null(verdict->signer), "key", text_or_null(verdict->key), "expires",
                   text_or_null(expires), "comment", text_or_null(verdict->comment));
}

static const char *member(const json_t *json, const char *name) {
  const char *text = json_string_value(json_object_get(json, name));
  return text ? text : "";
}

void trust_print(const json_t *verdict, char *out, size_t size) {
#define ROW(name, word, text) {word, text},
  static const char *const rows[][2] = {TRUST_STATES(ROW)};
#undef ROW
  const char *state = member(verdict, "state"), *text = rows[0][1];
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    if (strcmp(state, rows[i][0]) == 0)
      text = rows[i][1];
  bool ends = *member(verdict, "expires") != 0;
  if (!*member(verdict, "key"))
    snprintf(out, size, "%s", text);
  else
    snprintf(out, size, "%s%skey %s, %s%s%.10s", member(verdict, "signer"),
             *member(verdict, "signer") ? ", " : "", member(verdict, "key"), text,
             !ends                           ? ""
             : strcmp(state, "expired") == 0 ? " on "
                                             : " until ",
             member(verdict, "expires"));
}
