/*
 * The text of a registration file, whatever it was encoded in, and its way back into the same bytes. The text is what the readers work
 * on; snapshots keep it, because most of what is written back is a copy of it.
 */
#ifndef TLSMEND_REGISTRY_REGFILE_TEXT_H
#define TLSMEND_REGISTRY_REGFILE_TEXT_H

#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>
#include <tlsmend/tlsmend.h>

/* REGFILE_MARKED: UTF-8 behind its BOM. */
typedef enum regfile_form {
  REGFILE_FORM_UTF16,
  REGFILE_FORM_UTF8,
  REGFILE_FORM_MARKED,
  REGFILE_FORM_ANSI
} regfile_form;

typedef struct regfile_text {
  char *text; /* UTF-8 (lone surrogates as WTF-8) without BOM and NULs, NUL-terminated; malloc'd */
  size_t length;
  const char *body; /* what stands behind the header, within text */
  regfile_form form;
  bool ansi_strings; /* hex(1), hex(2) and hex(7) hold Windows-1252 instead of UTF-16LE */
} regfile_text;

/* A file that is decoded while it is read, so that it is not in memory twice. Begins cleared, but for the bytes that are expected. */
typedef struct regfile_decoder {
  size_t expected; /* if they are known: then the text need not be moved while it grows */
  char *text;
  size_t length, room;
  size_t total;           /* bytes that were added */
  unsigned char carry[4]; /* of UTF-16: what the next bytes complete */
  size_t carried;
  bool utf16;
} regfile_decoder;

/* False when out of memory. */
bool regfile_decoder_add(regfile_decoder *self, const void *bytes, size_t size);

/* Hands out the text, its header checked. TLSMEND_E_CORRUPT with label, line and what was expected. */
int regfile_decoder_finish(regfile_decoder *self, const char *label, regfile_text *out, tlsmend_error *error);
void regfile_decoder_clear(regfile_decoder *self);

/* All this of a file that is in memory. */
int regfile_text_decode(const char *label, const void *bytes, size_t size, regfile_text *out,
                        tlsmend_error *error);

void regfile_text_clear(regfile_text *self);

/* The bytes that were decoded into it; malloc'd, NULL when out of memory. */
unsigned char *regfile_text_encode(const regfile_text *self, size_t *size);

/* Whether a file, which is read meanwhile, holds what such a text was decoded from. Begins with the text, the rest cleared. */
enum { REGFILE_MATCH_PIECE = 4096 };
typedef struct regfile_match {
  const regfile_text *text;
  size_t done; /* of the text */
  bool begun;
  size_t used, have; /* of the bytes, which are the next of the text */
  unsigned char bytes[2 * REGFILE_MATCH_PIECE + 4];
} regfile_match;

/* False at the first difference. */
bool regfile_match_add(regfile_match *self, const void *bytes, size_t size);
bool regfile_match_end(const regfile_match *self);

/* How many bytes the header of one more export of the same kind takes, where files were joined, its BOM included; 0: there is none. */
size_t regfile_text_again(const char *at, bool ansi);

/* The UTF-16 code unit of a Windows-1252 byte. */
uint16_t regfile_ansi_unit(unsigned char byte);

#endif
