/* What a worker is told of the machine that a text works on: which Windows it is, and nothing more. The rest it asks for. */
#ifndef TLSMEND_SCRIPT_WORKER_GROUND_H
#define TLSMEND_SCRIPT_WORKER_GROUND_H

#include <tlsmend/machine.h>

#include "script/worker/frame.h"

/* Writes a system, or that there is none (NULL). */
void ground_write(const tlsmend_system *system, frame *out);

/* A machine that knows which Windows it is, and cannot tell anything else. */
typedef struct ground_machine {
  tlsmend_machine base;
  tlsmend_system system;
} ground_machine;

/* Reads one into *out; the machine, which is part of it, or NULL: there is none. */
tlsmend_machine *ground_read(frame_reader *in, ground_machine *out);

#endif
