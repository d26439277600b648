/* json-c, which has a json_object_get too. */
#include <json-c/json.h>

int other(void);

int other(void) {
  json_object *object = json_tokener_parse("{\"answer\": [42]}");
  json_object *answer = NULL;
  int fine = json_object_object_get_ex(object, "answer", &answer) && json_object_get(answer) == answer &&
             json_object_get_int(json_object_array_get_idx(answer, 0)) == 42;
  json_object_put(answer);
  json_object_put(object);
  return fine;
}
