/* The text of a registration file, whatever it was encoded in. Only regfile_read.c needs this. */
#ifndef TLSMEND_REGISTRY_REGFILE_TEXT_H
#define TLSMEND_REGISTRY_REGFILE_TEXT_H

#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>
#include <tlsmend/tlsmend.h>

typedef struct regfile_text {
  char *text; /* UTF-8 (lone surrogates as WTF-8) without BOM and NULs, NUL-terminated; malloc'd */
  size_t length;
  const char *body;  /* what stands behind the header, within text */
  bool ansi_strings; /* hex(1), hex(2) and hex(7) hold Windows-1252 instead of UTF-16LE */
} regfile_text;

/* Decodes a file and checks its header. TLSMEND_E_CORRUPT with label, line and what was expected. */
int regfile_text_decode(const char *label, const void *bytes, size_t size, regfile_text *out,
                        tlsmend_error *error);

/* How many bytes the header of one more export of the same kind takes, where files were joined, its BOM included; 0: there is none. */
size_t regfile_text_again(const char *at, bool ansi);

/* The UTF-16 code unit of a Windows-1252 byte. */
uint16_t regfile_ansi_unit(unsigned char byte);

#endif
