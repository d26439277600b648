/* What a worker is told of the machine that a text works on. */
#include "script/worker/ground.h"

#include <stdio.h>

void ground_write(const tlsmend_system *system, frame *out) {
  frame_add_boolean(out, system);
  if (!system)
    return;
  frame_add_integer(out, system->major);
  frame_add_integer(out, system->minor);
  frame_add_integer(out, system->build);
  frame_add_integer(out, system->revision);
  frame_add_integer(out, system->service_pack);
  frame_add_integer(out, system->product_type);
  frame_add_text(out, system->architecture);
  frame_add_text(out, system->edition);
  frame_add_text(out, system->product);
  frame_add_text(out, system->release);
  frame_add_text(out, system->computer);
}

static int tell_system(tlsmend_machine *self, tlsmend_system *out, tlsmend_error *error) {
  (void)error;
  *out = ((ground_machine *)self)->system;
  return TLSMEND_OK;
}

/* It cannot be: whoever asks for more asks the parent. */
static int no_key(tlsmend_machine *self, const tlsmend_key *key, bool *out, tlsmend_error *error) {
  (void)self, (void)out;
  return tlsmend_error_set(error, TLSMEND_E_UNKNOWN, "%s: cannot be asked here", key->path);
}

static int no_value(tlsmend_machine *self, const tlsmend_key *key, const char *name, tlsmend_value *out,
                    tlsmend_error *error) {
  (void)self, (void)out;
  return tlsmend_error_set(error, TLSMEND_E_UNKNOWN, "%s %s: cannot be asked here", key->path, name);
}

static int no_names(tlsmend_machine *self, const tlsmend_key *key, tlsmend_name_fn fn, void *data,
                    tlsmend_error *error) {
  (void)self, (void)fn, (void)data;
  return tlsmend_error_set(error, TLSMEND_E_UNKNOWN, "%s: cannot be asked here", key->path);
}

static void close_nothing(tlsmend_machine *self) { (void)self; }

static const tlsmend_machine_ops ground_ops = {.version = TLSMEND_MACHINE_OPS_VERSION,
                                               .name = "worker's",
                                               .close = close_nothing,
                                               .key_exists = no_key,
                                               .value_get = no_value,
                                               .each_key = no_names,
                                               .each_value = no_names,
                                               .system = tell_system};

static void take_text(frame_reader *in, char *out, size_t size) {
  snprintf(out, size, "%s", frame_take_text(in));
}

tlsmend_machine *ground_read(frame_reader *in, ground_machine *out) {
  tlsmend_system *system = &out->system;
  *out = (ground_machine){.base = {.ops = &ground_ops}};
  if (!frame_take_boolean(in))
    return NULL;
  system->major = (uint32_t)frame_take_integer(in, 0, UINT32_MAX);
  system->minor = (uint32_t)frame_take_integer(in, 0, UINT32_MAX);
  system->build = (uint32_t)frame_take_integer(in, 0, UINT32_MAX);
  system->revision = frame_take_integer(in, INT64_MIN, INT64_MAX);
  system->service_pack = (uint32_t)frame_take_integer(in, 0, UINT32_MAX);
  system->product_type = (int)frame_take_integer(in, INT32_MIN, INT32_MAX);
  take_text(in, system->architecture, sizeof system->architecture);
  take_text(in, system->edition, sizeof system->edition);
  take_text(in, system->product, sizeof system->product);
  take_text(in, system->release, sizeof system->release);
  take_text(in, system->computer, sizeof system->computer);
  return &out->base;
}
