/* The very libraries that libtlsmend has inside, with settings of this program's own that hold for a whole copy. */
#include <jansson.h>
#include <stdlib.h>

int other(void);

static size_t taken;

static void *take(size_t size) {
  taken++;
  return malloc(size);
}

int other(void) {
  static size_t expected;
  json_set_alloc_funcs(take, free);
  if (taken != expected) /* somebody else's JSON came through here */
    return 0;
  json_t *object = json_pack("{s:i}", "answer", 42);
  int fine = json_integer_value(json_object_get(object, "answer")) == 42 && taken > expected;
  json_decref(object);
  expected = taken;
  return fine;
}
