/*
 * What a worker is opened with: a text, and what belongs to it. The parent writes it into a frame; the worker makes options of it that
 * borrow from that frame, so that it opens no file.
 */
#ifndef TLSMEND_SCRIPT_WORKER_OPENING_H
#define TLSMEND_SCRIPT_WORKER_OPENING_H

#include "script/script.h"
#include "script/worker/frame.h"
#include "signing/manifest.h"

typedef enum opening_kind {
  OPENING_RUNBOOK, /* `name` and options: as script_open */
  OPENING_DATA,    /* `name` and `text`: as script_data; its result comes with the opening */
  OPENING_TOOL     /* a program of the host's */
} opening_kind;

typedef struct opening {
  opening_kind kind;
  const char *name;
  const char *text; /* of OPENING_DATA, else "" */
  size_t size;
  script_options options;

  /* What the worker's options point to. */
  script_source source;
  manifest own, library;
  struct tlsmend_module *modules;
  const struct tlsmend_module **module_list;
} opening;

/* Writes a frame of the kind FRAME_OPEN; frame_end is left to the caller. */
void opening_write(const opening *self, frame *out);

/* Reads one; the frame's bytes must stay. E_CORRUPT, E_MEMORY. Clear in any case. */
int opening_read(const frame *from, opening *out, tlsmend_error *error);
void opening_clear(opening *self);

#endif
