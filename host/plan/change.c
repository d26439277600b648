/* Changes: copying, freeing, inverting, and the one line that people read. */
#include "plan/change.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "registry/value.h"

const char *change_kind_name(tlsmend_change_kind kind) {
  switch (kind) {
#define CASE(name, text)                                                                                     \
  case TLSMEND_CHANGE_##name:                                                                                \
    return text;
    TLSMEND_CHANGE_KINDS(CASE)
#undef CASE
  }
  return "?";
}

static void update_clear(tlsmend_update *update) {
  for (size_t i = 0; i < update->file_count; i++)
    free(update->files[i].path);
  free(update->files);
  free(update->kb);
  free(update->file);
  free(update->sha256);
  free(update->package);
  *update = (tlsmend_update){0};
}

void change_clear(tlsmend_change *change) {
  free(change->key);
  free(change->name);
  free(change->why);
  free(change->runbook);
  free(change->owner);
  tlsmend_value_clear(&change->before);
  tlsmend_value_clear(&change->after);
  update_clear(&change->update);
  *change = (tlsmend_change){0};
}

/* Copies a text that may be NULL; false when out of memory. */
static bool copy_text(char **out, const char *from) {
  if (!from)
    return true;
  *out = strdup(from);
  return *out;
}

static bool copy_update(tlsmend_update *out, const tlsmend_update *from) {
  if (!copy_text(&out->kb, from->kb) || !copy_text(&out->file, from->file) ||
      !copy_text(&out->sha256, from->sha256) || !copy_text(&out->package, from->package))
    return false;
  if (!from->file_count)
    return true;
  out->files = calloc(from->file_count, sizeof *out->files);
  if (!out->files)
    return false;
  out->file_count = from->file_count;
  for (size_t i = 0; i < from->file_count; i++) {
    out->files[i] = from->files[i];
    out->files[i].path = NULL;
  }
  for (size_t i = 0; i < from->file_count; i++)
    if (!copy_text(&out->files[i].path, from->files[i].path))
      return false;
  return true;
}

int change_copy(tlsmend_change *out, const tlsmend_change *from, tlsmend_error *error) {
  *out =
      (tlsmend_change){.kind = from->kind, .view = from->view, .phase = from->phase, .secret = from->secret};
  if (copy_text(&out->key, from->key) && copy_text(&out->name, from->name) &&
      copy_text(&out->why, from->why) && copy_text(&out->runbook, from->runbook) &&
      copy_text(&out->owner, from->owner) && value_copy(&out->before, &from->before, NULL) == TLSMEND_OK &&
      value_copy(&out->after, &from->after, NULL) == TLSMEND_OK && copy_update(&out->update, &from->update))
    return TLSMEND_OK;
  change_clear(out);
  return error_no_memory(error);
}

int change_invert(const tlsmend_change *change, tlsmend_change *out, tlsmend_error *error) {
  *out = (tlsmend_change){0};
  if (change->kind == TLSMEND_CHANGE_UPDATE_INSTALL || change->kind == TLSMEND_CHANGE_REBOOT)
    return tlsmend_error_set(error, TLSMEND_E_UNSUPPORTED, "%s has no inverse",
                             change_kind_name(change->kind));
  int code = change_copy(out, change, error);
  if (code != TLSMEND_OK)
    return code;
  tlsmend_value after = out->before;
  out->before = out->after;
  out->after = after;
  if (change->kind == TLSMEND_CHANGE_KEY_CREATE)
    out->kind = TLSMEND_CHANGE_KEY_DELETE;
  else if (change->kind == TLSMEND_CHANGE_KEY_DELETE)
    out->kind = TLSMEND_CHANGE_KEY_CREATE;
  else
    out->kind = after.present ? TLSMEND_CHANGE_VALUE_SET : TLSMEND_CHANGE_VALUE_DELETE;
  return TLSMEND_OK;
}

char *change_value_print(const tlsmend_change *change, const tlsmend_value *value) {
  return change->secret && value->present ? strdup("a secret") : value_print(value);
}

/* "KEY [32-bit] NAME"; malloc'd. */
static char *place_print(const tlsmend_change *change, bool views) {
  const char *view = views && change->view == 32 && change->key ? " [32-bit]" : "";
  const char *place = change->key ? change->key : change->update.kb ? change->update.kb : "";
  const char *name = !change->name ? "" : *change->name ? change->name : "(Default)";
  size_t room = strlen(place) + strlen(view) + strlen(name) + 2;
  char *text = malloc(room);
  if (text)
    snprintf(text, room, "%s%s%s%s", place, view, *name ? " " : "", name);
  return text;
}

static void take_value(const tlsmend_change *change, const tlsmend_value *value, change_line *out) {
  out->is_text[out->count] = change->secret || !value->present;
  out->parts[out->count++] = change_value_print(change, value);
}

bool change_describe(const tlsmend_change *change, bool views, change_line *out) {
  static const char *const formats[] = {
      [TLSMEND_CHANGE_KEY_CREATE] = "create key %s",
      [TLSMEND_CHANGE_KEY_DELETE] = "delete key %s",
      [TLSMEND_CHANGE_VALUE_SET] = "set %s = %s (was %s)",
      [TLSMEND_CHANGE_VALUE_DELETE] = "delete value %s (was %s)",
      [TLSMEND_CHANGE_UPDATE_INSTALL] = "install update %s",
      [TLSMEND_CHANGE_REBOOT] = "restart: %s",
  };
  bool restart = change->kind == TLSMEND_CHANGE_REBOOT;
  *out = (change_line){.format = formats[change->kind], .count = 1, .is_text = {restart}};
  out->parts[0] = restart ? strdup(change->why ? change->why : "needed") : place_print(change, views);
  if (change->kind == TLSMEND_CHANGE_VALUE_SET)
    take_value(change, &change->after, out);
  if (change->name)
    take_value(change, &change->before, out);
  for (size_t i = 0; i < out->count; i++)
    if (!out->parts[i]) {
      change_line_clear(out);
      return false;
    }
  return true;
}

void change_line_clear(change_line *line) {
  for (size_t i = 0; i < line->count; i++)
    free(line->parts[i]);
  *line = (change_line){0};
}

char *change_print(const tlsmend_change *change, bool views) {
  change_line line;
  if (!change_describe(change, views, &line))
    return NULL;
  size_t room = strlen(line.format) + 1;
  for (size_t i = 0; i < line.count; i++)
    room += strlen(line.parts[i]);
  char *text = malloc(room);
  if (text)
    snprintf(text, room, line.format, line.parts[0], line.parts[1], line.parts[2]);
  change_line_clear(&line);
  return text;
}

void version_print(uint64_t version, char out[32]) {
  if (!version) {
    memcpy(out, "unknown", sizeof "unknown");
    return;
  }
  snprintf(out, 32, "%u.%u.%u.%u", (unsigned)(version >> 48), (unsigned)(version >> 32 & 0xffff),
           (unsigned)(version >> 16 & 0xffff), (unsigned)(version & 0xffff));
}

bool version_parse(const char *text, uint64_t *out) {
  uint64_t version = 0;
  for (int part = 0; part < 4; part++) {
    if (*text < '0' || *text > '9')
      return false;
    char *end = NULL;
    unsigned long number = strtoul(text, &end, 10);
    if (number > 0xffff || *end != (part < 3 ? '.' : 0))
      return false;
    version = version << 16 | number;
    text = end + 1;
  }
  *out = version;
  return true;
}
