/* What a worker is opened with, as a frame. Both halves stand here: what one writes the other reads, in this order. */
#include "script/worker/opening.h"

#include <stdlib.h>
#include <string.h>

#include <tlsmend/module.h>

#include "base/error.h"

static void write_files(const manifest *files, frame *out) {
  size_t count = files ? files->count : 0;
  frame_add_integer(out, (long long)count);
  for (size_t i = 0; i < count; i++) {
    const manifest_file *file = &files->files[i];
    frame_add_integer(out, file->kind);
    frame_add_text(out, file->name);
    frame_add_text(out, file->sha256);
    if (file->bytes)
      frame_add_bytes(out, file->bytes, (size_t)file->size);
    else
      frame_add_nil(out);
  }
}

static void write_source(const script_source *source, frame *out) {
  frame_add_boolean(out, source);
  if (!source)
    return;
  frame_add_text(out, source->path);
  frame_add_text(out, source->file);
  frame_add_bytes(out, source->bytes, source->size);
  write_files(source->files, out);
}

static void write_modules(const tlsmend_module *const *modules, frame *out) {
  long long count = 0;
  while (modules && modules[count])
    count++;
  frame_add_integer(out, count);
  for (long long i = 0; i < count; i++) {
    long long functions = 0;
    while (modules[i]->functions[functions].name)
      functions++;
    frame_add_text(out, modules[i]->name);
    frame_add_boolean(out, modules[i]->open);
    frame_add_integer(out, functions);
    for (long long j = 0; j < functions; j++)
      frame_add_text(out, modules[i]->functions[j].name);
  }
}

void opening_write(const opening *self, frame *out) {
  frame_begin(out, FRAME_OPEN);
  frame_add_integer(out, self->kind);
  frame_add_text(out, self->name);
  frame_add_bytes(out, self->text, self->size);
  for (size_t i = 0; i < TLSMEND_LIMIT_COUNT; i++)
    frame_add_integer(out, (long long)self->options.limit[i]);
  frame_add_text(out, self->options.watch);
  write_source(self->options.source, out);
  frame_add_text(out, self->options.library);
  write_files(self->options.texts, out);
  write_modules(self->options.modules, out);
}

/* The worker believes its parent, but not a frame that is torn. */
static void read_files(frame_reader *in, manifest *out) {
  long long count = frame_take_integer(in, 0, FRAME_VALUES_MOST);
  out->files = calloc((size_t)count + 1, sizeof *out->files);
  in->failed = in->failed || !out->files;
  for (long long i = 0; !in->failed && i < count; i++) {
    manifest_file *file = &out->files[out->count++];
    file->kind = (manifest_kind)frame_take_integer(in, MANIFEST_RUNBOOK, MANIFEST_PACKAGE);
    file->name = (char *)(uintptr_t)frame_take_text(in);
    strncpy(file->sha256, frame_take_text(in), sizeof file->sha256 - 1);
    bool absent = !in->failed && in->at != in->end && in->at->type == TLSMEND_TYPE_NIL;
    size_t size = 0;
    file->bytes = absent ? NULL : (char *)(uintptr_t)frame_take_bytes(in, &size);
    file->size = size;
    in->at += absent;
  }
}

static void read_source(frame_reader *in, opening *out) {
  if (!frame_take_boolean(in))
    return;
  out->source.path = frame_take_text(in);
  out->source.file = frame_take_text(in);
  out->source.bytes = frame_take_bytes(in, &out->source.size);
  out->source.files = &out->own;
  out->options.source = &out->source;
  read_files(in, &out->own);
}

static void read_module(frame_reader *in, tlsmend_module *out) {
  out->version = TLSMEND_MODULE_VERSION;
  out->name = frame_take_text(in);
  out->open = frame_take_boolean(in);
  long long count = frame_take_integer(in, 0, FRAME_VALUES_MOST);
  tlsmend_module_function *functions = calloc((size_t)count + 1, sizeof *functions);
  in->failed = in->failed || !functions;
  for (long long i = 0; !in->failed && i < count; i++)
    functions[i].name = frame_take_text(in);
  out->functions = functions;
}

static void read_modules(frame_reader *in, opening *out) {
  long long count = frame_take_integer(in, 0, FRAME_VALUES_MOST);
  out->modules = calloc((size_t)count + 1, sizeof *out->modules);
  out->module_list = calloc((size_t)count + 1, sizeof *out->module_list);
  in->failed = in->failed || !out->modules || !out->module_list;
  for (long long i = 0; !in->failed && i < count; i++) {
    read_module(in, &out->modules[i]);
    out->module_list[i] = &out->modules[i];
  }
  if (count)
    out->options.modules = out->module_list;
}

int opening_read(const frame *from, opening *out, tlsmend_error *error) {
  frame_reader in = frame_values(from);
  *out = (opening){.kind = (opening_kind)frame_take_integer(&in, OPENING_RUNBOOK, OPENING_TOOL)};
  out->name = frame_take_text(&in);
  out->text = frame_take_bytes(&in, &out->size);
  for (size_t i = 0; i < TLSMEND_LIMIT_COUNT; i++)
    out->options.limit[i] = (unsigned long long)frame_take_integer(&in, INT64_MIN, INT64_MAX);
  out->options.watch = frame_take_optional(&in);
  read_source(&in, out);
  out->options.library = frame_take_optional(&in);
  read_files(&in, &out->library);
  if (out->options.library)
    out->options.texts = &out->library;
  read_modules(&in, out);
  return frame_taken(&in)
             ? TLSMEND_OK
             : tlsmend_error_set(error, TLSMEND_E_CORRUPT, "the worker cannot read what it is to run");
}

void opening_clear(opening *self) {
  for (size_t i = 0; self->module_list && self->module_list[i]; i++)
    free((void *)(uintptr_t)self->modules[i].functions);
  free(self->module_list);
  free(self->modules);
  free(self->own.files);
  free(self->library.files);
  *self = (opening){0};
}
