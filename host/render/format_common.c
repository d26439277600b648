/* A change in one line, from its JSON. */
#include "render/format_common.h"

#include <stdlib.h>
#include <string.h>

#include "registry/value.h"

bool change_is_open(const json_t *change) { return strcmp(json_text(change, "status"), "done") != 0; }

/* What a change is about, as one text; malloc'd. */
static char *thing(const json_t *change) {
  json_t *about =
      json_pack("[O?, O?, O?, O?]", json_object_get(change, "key"), json_object_get(change, "view"),
                json_object_get(change, "name"), json_object_get(change, "kb"));
  char *text = about ? json_dumps(about, JSON_COMPACT) : NULL;
  json_decref(about);
  return text;
}

bool *changes_again(const json_t *changes) {
  json_t *seen = json_object(), *change;
  bool *again = calloc(json_array_size(changes) + 1, sizeof *again);
  size_t index;
  json_array_foreach(changes, index, change) {
    char *text = again ? thing(change) : NULL;
    if (!text)
      break;
    again[index] = json_object_get(seen, text);
    json_object_set_new(seen, text, json_true());
    free(text);
  }
  json_decref(seen);
  return again;
}

char *change_address(const json_t *change, size_t index, const bool *again) {
  text_builder out = {0};
  char *text = NULL;
  const char *key = json_text(change, "key");
  if (*key) {
    text_add(&out, "%s", key);
    if (json_is_string(json_object_get(change, "name")))
      text_add(&out, " %s", *json_text(change, "name") ? json_text(change, "name") : "(Default)");
    else
      text_add(&out, " (%s)", json_text(change, "kind"));
    if (json_number(change, "view") == 32)
      text_add(&out, " [32-bit]");
  } else {
    text_add(&out, "%s", *json_text(change, "kb") ? json_text(change, "kb") : "restart");
  }
  if (again && again[index])
    text_add(&out, " (step %zu, after restart %lld)", index + 1, json_number(change, "phase"));
  return text_finish(&out, &text, NULL) == TLSMEND_OK ? text : NULL;
}

static void add_value(text_builder *out, const json_t *json) {
  tlsmend_value value = {0};
  char *text = json_object_get(json, "secret") || value_from_json(json, &value, NULL) != TLSMEND_OK
                   ? NULL
                   : value_print(&value);
  text_add(out, "%s", text ? text : "a secret");
  free(text);
  tlsmend_value_clear(&value);
}

char *change_demand(const json_t *change) {
  text_builder out = {0};
  char *text = NULL;
  const char *kind = json_text(change, "kind");
  if (json_is_string(json_object_get(change, "name"))) {
    text_add(&out, "is ");
    add_value(&out, json_object_get(change, "before"));
    text_add(&out, ", should be ");
    add_value(&out, json_object_get(change, "after"));
  } else {
    text_add(&out, "%s",
             strcmp(kind, "key-create") == 0       ? "the key is absent and should be there"
             : strcmp(kind, "key-delete") == 0     ? "the key is there and should be absent"
             : strcmp(kind, "update-install") == 0 ? "is to be installed"
                                                   : "Windows is to be restarted");
  }
  if (*json_text(change, "why"))
    text_add(&out, ": %s", json_text(change, "why"));
  return text_finish(&out, &text, NULL) == TLSMEND_OK ? text : NULL;
}
