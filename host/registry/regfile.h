/*
 * Registration files: what regedit and `reg export` write and regedit reads. Pure text to events and back; which tree the
 * events go into is the caller's business. Key paths are physical (Wow6432Node as it stands) and canonical in their roots.
 */
#ifndef TLSMEND_REGISTRY_REGFILE_H
#define TLSMEND_REGISTRY_REGFILE_H

#include <tlsmend/values.h>

/* What the reader calls. A return other than TLSMEND_OK stops the reading and is handed back; the reader puts the file
 * name and the line in front of the error's text. All arguments are borrowed. */
typedef struct regfile_events {
  int (*key)(void *data, const char *path, tlsmend_error *error);        /* [HKEY...\path] */
  int (*key_delete)(void *data, const char *path, tlsmend_error *error); /* [-HKEY...\path] */
  int (*value)(void *data, const char *path, const char *name, const tlsmend_value *value,
               tlsmend_error *error);
  int (*value_delete)(void *data, const char *path, const char *name, tlsmend_error *error); /* "name"=- */
} regfile_events;

/*
 * Reads `size` bytes: version 5 (UTF-16LE with BOM, UTF-8 with or without BOM) or REGEDIT4. `label` names the file in
 * errors. Anything that is not understood is TLSMEND_E_CORRUPT with label, line and what was expected; nothing is skipped
 * in silence.
 */
int regfile_read(const char *label, const void *bytes, size_t size, const regfile_events *events, void *data,
                 tlsmend_error *error);

/* How a file is written. */
typedef enum regfile_encoding { REGFILE_UTF16, REGFILE_UTF8 } regfile_encoding;

/* A text under construction in regedit 5 form, CRLF lines, as regedit writes it. */
typedef struct regfile_writer regfile_writer;

regfile_writer *regfile_writer_new(regfile_encoding encoding);
void regfile_writer_key(regfile_writer *writer, const char *path);
void regfile_writer_value(regfile_writer *writer, const char *name, const tlsmend_value *value);
void regfile_writer_key_delete(regfile_writer *writer, const char *path);
void regfile_writer_value_delete(regfile_writer *writer, const char *name);

/* Frees the writer and hands out its bytes (malloc'd). TLSMEND_E_MEMORY if any step ran out of memory. */
int regfile_writer_finish(regfile_writer *writer, unsigned char **out, size_t *size, tlsmend_error *error);

#endif
