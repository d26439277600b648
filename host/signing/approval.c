/* Approvals as text. */
#include "signing/approval.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/calendar.h"
#include "base/error.h"
#include "base/text.h"

void approval_clear(approval *approval) {
  free(approval->approver);
  free(approval->ticket);
  approval->approver = approval->ticket = NULL;
}

/* The end of the year 9999. */
static const int64_t time_most = 253402300799;

static int check_text(const char *name, const char *text, tlsmend_error *error) {
  for (const unsigned char *at = (const unsigned char *)text; at && *at; at++)
    if (*at < 0x20 || *at == 0x7f)
      return tlsmend_error_set(error, TLSMEND_E_USAGE, "the %s of an approval is one line without tabs",
                               name);
  if (text && (!*text || strlen(text) > 1000))
    return tlsmend_error_set(error, TLSMEND_E_USAGE, "the %s of an approval has 1 to 1000 bytes", name);
  return TLSMEND_OK;
}

int approval_comment(const approval *approval, const char *file, char **out, tlsmend_error *error) {
  text_builder text = {0};
  char expires[32];
  *out = NULL;
  int code = check_text("approver", approval->approver, error);
  if (code == TLSMEND_OK)
    code = check_text("ticket", approval->ticket, error);
  if (code == TLSMEND_OK)
    code = check_text("file name", file, error);
  if (code != TLSMEND_OK)
    return code;
  text_add(&text, "timestamp:%lld\tfile:%s", (long long)approval->signed_at, file);
  if (approval->approver)
    text_add(&text, "\tapprover:%s", approval->approver);
  if (approval->ticket)
    text_add(&text, "\tticket:%s", approval->ticket);
  calendar_print(approval->expires, expires);
  if (approval->expires)
    text_add(&text, "\texpires:%s", expires);
  text_add(&text, "\thashed");
  return text_finish(&text, out, error);
}

/* Whether a field speaks of an expiry in a way that would be overlooked, which is worse than none. */
static bool hides_expiry(const char *field) {
  char lower[9];
  for (const char *at = strncmp(field, "expires:", 8) == 0 ? field + 8 : field; *at; at++) {
    size_t length = 0;
    for (; at[length] && length < 8; length++)
      lower[length] = at[length] >= 'A' && at[length] <= 'Z' ? (char)(at[length] + 32) : at[length];
    lower[length] = 0;
    if (strcmp(lower, "expires:") == 0 || strncmp(lower, "expiry:", 7) == 0)
      return true;
  }
  return false;
}

/* When it was signed, in seconds: digits and nothing else, once. */
static bool take_time(int64_t *field, const char *text) {
  size_t digits = strspn(text, "0123456789");
  if (*field || !digits || digits > 12 || text[digits] || (digits > 1 && *text == '0'))
    return false;
  *field = strtoll(text, NULL, 10);
  return *field > 0 && *field <= time_most;
}

/* Gives a field its value; false if it has one already or there is no memory. */
static bool take_text(char **field, const char *value) {
  if (*field)
    return false;
  *field = strdup(value);
  return *field;
}

static int take_field(const char *field, approval *out, tlsmend_error *error) {
  bool good = !hides_expiry(field);
  if (!good) /* said below */
    ;
  else if (strncmp(field, "approver:", 9) == 0)
    good = take_text(&out->approver, field + 9);
  else if (strncmp(field, "ticket:", 7) == 0)
    good = take_text(&out->ticket, field + 7);
  else if (strncmp(field, "timestamp:", 10) == 0)
    good = take_time(&out->signed_at, field + 10);
  else if (strncmp(field, "expires:", 8) == 0)
    good = !out->expires && field[8] && field[strlen(field) - 1] != 'd' &&
           calendar_parse(field + 8, 0, &out->expires);
  if (good)
    return TLSMEND_OK;
  return tlsmend_error_set(
      error, TLSMEND_E_APPROVAL,
      "its trusted comment is not understood at \"%.100s\": fields are separated by tabs, none twice, "
      "and an expiry is written expires:2026-12-31",
      field);
}

int approval_read(const char *comment, approval *out, tlsmend_error *error) {
  *out = (approval){0};
  char *copy = strdup(comment);
  int code = copy ? TLSMEND_OK : error_no_memory(error);
  for (char *field = copy, *next; code == TLSMEND_OK && field; field = next) {
    next = strchr(field, '\t');
    if (next)
      *next++ = 0;
    code = take_field(field, out, error);
  }
  free(copy);
  if (code != TLSMEND_OK)
    approval_clear(out);
  return code;
}

static json_t *text_or_null(const char *text) { return text ? json_string(text) : json_null(); }

static json_t *time_or_null(int64_t time) {
  char text[32];
  calendar_print(time, text);
  return time ? json_string(text) : json_null();
}

json_t *approval_to_json(const approval *approval) {
  return json_pack("{s:s, s:o, s:o, s:o, s:o}", "key", approval->key, "approver",
                   text_or_null(approval->approver), "ticket", text_or_null(approval->ticket), "signed",
                   time_or_null(approval->signed_at), "expires", time_or_null(approval->expires));
}
