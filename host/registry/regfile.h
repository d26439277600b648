/*
 * Registration files: what regedit and `reg export` write and regedit reads. Pure text to events and back; which tree the
 * events go into is the caller's business. Key paths are physical (Wow6432Node as it stands) and canonical in their roots.
 */
#ifndef TLSMEND_REGISTRY_REGFILE_H
#define TLSMEND_REGISTRY_REGFILE_H

#include <tlsmend/values.h>

#include "registry/regfile_lines.h"
#include "registry/regfile_text.h"

/* What the reader calls. A return other than TLSMEND_OK stops the reading and is handed back; the reader puts the file
 * name and the line in front of the error's text. All arguments are borrowed. */
typedef struct regfile_events {
  int (*key)(void *data, const char *path, tlsmend_error *error);        /* [HKEY...\path] */
  int (*key_delete)(void *data, const char *path, tlsmend_error *error); /* [-HKEY...\path] */
  int (*value)(void *data, const char *path, const char *name, const tlsmend_value *value,
               tlsmend_error *error);
  int (*value_delete)(void *data, const char *path, const char *name, tlsmend_error *error); /* "name"=- */

  /* Behind a key, what of its values is spelled as the writer spells it, instead of `value` for each; NULL: there is no such event. The
   * lines stand in the text that is read. */
  int (*lines)(void *data, const char *path, const regfile_lines *lines, tlsmend_error *error);
} regfile_events;

/*
 * Reads `size` bytes: version 5 (UTF-16LE with BOM, UTF-8 with or without BOM) or REGEDIT4. `label` names the file in
 * errors. Anything that is not understood is TLSMEND_E_CORRUPT with label, line and what was expected; nothing is skipped
 * in silence.
 */
int regfile_read(const char *label, const void *bytes, size_t size, const regfile_events *events, void *data,
                 tlsmend_error *error);

/* The same of a file that has been decoded. */
int regfile_parse(const char *label, const regfile_text *text, const regfile_events *events, void *data,
                  tlsmend_error *error);

/* Calls `value` with each value of lines that an event has handed out. */
int regfile_lines_each(const regfile_lines *lines, const char *path, const regfile_events *events, void *data,
                       tlsmend_error *error);

/* How a file is written. REGFILE_NOTHING: it is not; somebody listens. */
typedef enum regfile_encoding { REGFILE_UTF16, REGFILE_UTF8, REGFILE_NOTHING } regfile_encoding;

/* A text under construction in regedit 5 form, CRLF lines, as regedit writes it. */
typedef struct regfile_writer regfile_writer;

/* NULL when out of memory, which listen and finish take too. */
regfile_writer *regfile_writer_new(regfile_encoding encoding);

/* Has the text handed to `fn` piece by piece, in UTF-8 whatever the encoding is. False from it: nothing is written any more, and finish
 * fails with E_REFUSED. */
void regfile_writer_listen(regfile_writer *writer, bool (*fn)(void *data, const char *text, size_t length),
                           void *data);

/* Whether nothing that is written any more counts. */
bool regfile_writer_failed(const regfile_writer *writer);

void regfile_writer_key(regfile_writer *writer, const char *path);
void regfile_writer_value(regfile_writer *writer, const char *name, const tlsmend_value *value);
/* Lines that were spelled by a writer. */
void regfile_writer_lines(regfile_writer *writer, const regfile_lines *lines);
void regfile_writer_key_delete(regfile_writer *writer, const char *path);
void regfile_writer_value_delete(regfile_writer *writer, const char *name);

/* Frees the writer and hands out its bytes (malloc'd). TLSMEND_E_MEMORY if any step ran out of memory. */
int regfile_writer_finish(regfile_writer *writer, unsigned char **out, size_t *size, tlsmend_error *error);

#endif
