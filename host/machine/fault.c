/* The wrapper that fails. Only changes and flushes are counted: reads fail on real machines too, but they leave nothing behind. */
#include "machine/fault.h"

#include <stdlib.h>

#include "machine/machine.h"

static void close_fault(tlsmend_machine *machine) {
  machine_close(machine->below);
  free(machine);
}

static void look(const fault *self, bool done) {
  if (self->watch)
    self->watch(self->watch_data, done);
}

static int apply(tlsmend_machine *machine, const tlsmend_change *change, tlsmend_outcome *outcome,
                 tlsmend_error *error) {
  fault *self = (fault *)machine;
  bool fails = ++self->applied == self->at;
  if (fails && !self->late)
    return tlsmend_error_set(error, TLSMEND_E_FAILED, "the bench lets this change fail");
  look(self, false);
  int code = machine_apply(machine->below, change, outcome, error);
  machine->facts_known = false;
  look(self, true);
  if (code == TLSMEND_OK && fails)
    return tlsmend_error_set(error, TLSMEND_E_FAILED, "the bench lets this change fail after it was made");
  return code;
}

static int flush(tlsmend_machine *machine, const tlsmend_change *changes, size_t count,
                 tlsmend_error *error) {
  fault *self = (fault *)machine;
  bool fails = ++self->flushed == self->flush_at;
  if (fails && !self->late)
    return tlsmend_error_set(error, TLSMEND_E_FAILED, "the bench lets this flush fail");
  if (self->watch_flush)
    self->watch_flush(self->watch_data, changes, count);
  int code = machine_flush(machine->below, changes, count, error);
  if (code == TLSMEND_OK && fails)
    return tlsmend_error_set(error, TLSMEND_E_FAILED, "the bench lets this flush fail after it was made");
  return code;
}

static int update_remove(tlsmend_machine *machine, const tlsmend_change *change, tlsmend_error *error) {
  look((fault *)machine, false);
  int code = machine_update_remove(machine->below, change, error);
  machine->facts_known = false;
  look((fault *)machine, true);
  return code;
}

static const tlsmend_machine_ops fault_ops = {.version = TLSMEND_MACHINE_OPS_VERSION,
                                              .name = "fault",
                                              .close = close_fault,
                                              .apply = apply,
                                              .flush = flush,
                                              .update_remove = update_remove};

fault *fault_open(tlsmend_machine *below) {
  fault *self = calloc(1, sizeof *self);
  if (!self) {
    machine_close(below);
    return NULL;
  }
  self->base = (tlsmend_machine){.ops = &fault_ops, .below = below};
  return self;
}
