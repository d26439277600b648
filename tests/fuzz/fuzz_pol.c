/* libFuzzer target: any bytes are a registry.pol of Group Policy. The first byte says after how many entries the reader is stopped. */
#include "fuzz/fuzz.h"

#include "registry/polfile.h"

typedef struct reading {
  unsigned entries, most;
} reading;

static int on_entry(void *data, const char *key, const char *name, const tlsmend_value *value) {
  reading *self = data;
  MUST(self->entries < self->most);
  MUST(value->present && (value->size == 0 || value->data) && strlen(key) + strlen(name) < 1u << 20);
  bool empty = !*name && !value->type && !value->size;
  MUST(pol_action_on(name, value, name) == POL_SETS || name[0] == '*' || empty);
  MUST(pol_action_on(name, value, "SecureProtocols") <= POL_DELETES);
  MUST(!pol_deletes_key(name, value, key, "SOFTWARE\\Policies") || name[0] == '*');
  return ++self->entries == self->most ? TLSMEND_E_FAILED : TLSMEND_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0)
    return 0;
  char *bytes = fuzz_text(data + 1, size - 1);
  reading reading = {0, data[0] == 'a' ? 1000000u : data[0] + 1u};
  tlsmend_error error = {0};
  int code = pol_read("fuzz", bytes, size - 1, on_entry, &reading, &error);
  if (reading.entries == reading.most)
    MUST(code == TLSMEND_E_FAILED);
  else
    fuzz_judge(code, &error);
  free(bytes);
  return 0;
}
