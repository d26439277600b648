/* json_at PATH: reads exactly one JSON object from stdin and prints what stands at PATH: "changes.0.kind"; "changes#" is a
 * count. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const json_t *step(const json_t *at, const char *name) {
  if (json_is_array(at))
    return json_array_get(at, (size_t)strtoul(name, NULL, 10));
  return json_object_get(at, name);
}

static int print(const json_t *value) {
  if (json_is_string(value))
    return puts(json_string_value(value));
  json_dumpf(value, stdout, JSON_ENCODE_ANY);
  return putchar('\n');
}

int main(int argc, char **argv) {
  json_error_t error;
  json_t *root = json_loadf(stdin, JSON_REJECT_DUPLICATES, &error); /* refuses anything behind the object */
  const json_t *at = root;
  if (argc != 2 || !json_is_object(root)) {
    fprintf(stderr, "not one JSON object: %s\n", !root ? error.text : "another kind");
    json_decref(root);
    return 1;
  }
  size_t length = strlen(argv[1]);
  int count = length > 0 && argv[1][length - 1] == '#';
  if (count)
    argv[1][length - 1] = '\0';
  for (char *name = strtok(argv[1], "."); name && at; name = strtok(NULL, "."))
    at = step(at, name);
  if (!at)
    puts("(absent)");
  else if (count)
    printf("%zu\n", json_is_array(at) ? json_array_size(at) : json_object_size(at));
  else
    print(at);
  json_decref(root);
  return 0;
}
