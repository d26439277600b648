/* Lists of texts as JSON arrays. */
#include "base/names_json.h"

#include <string.h>

#include <tlsmend/tlsmend.h>

json_t *name_list_to_json(const name_list *names) {
  json_t *array = json_array();
  for (size_t i = 0; i < names->count; i++)
    json_array_append_new(array, json_string(names->items[i]));
  return array;
}

bool name_list_from_json(const json_t *json, name_list *out) {
  for (size_t i = 0; i < json_array_size(json); i++) {
    const json_t *item = json_array_get(json, i);
    const char *text = json_string_value(item);
    if (!text || strlen(text) != json_string_length(item) || name_list_add(out, text) != TLSMEND_OK)
      return false;
  }
  return json_is_array(json);
}
