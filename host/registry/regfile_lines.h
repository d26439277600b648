/*
 * Value lines that are spelled as the writer spells them. Nearly all lines of an export are, and what is spelled so can be copied into
 * the next file as it stands; its data is decoded when somebody asks for it.
 */
#ifndef TLSMEND_REGISTRY_REGFILE_LINES_H
#define TLSMEND_REGISTRY_REGFILE_LINES_H

#include <stdbool.h>
#include <stddef.h>

/* A row of bytes is broken where one more byte, its comma and the backslash would not fit into 80 columns. */
enum { REGFILE_ROW_FULL = 77, REGFILE_ROW_INDENT = 2 };
#define REGFILE_ROW_BREAK "\\\r\n  "

/* Whole lines of values, without deletions, within a text that somebody keeps. */
typedef struct regfile_lines {
  const char *text;
  size_t size;   /* bytes */
  size_t count;  /* values */
  size_t breaks; /* line breaks in them: a row of bytes may have several */
  bool sorted;   /* each name comes behind the one before it, so that none is there twice */
} regfile_lines;

/* The lines that begin at `at` and are spelled so, as far as there are; the text ends with its only NUL. */
void regfile_lines_scan(const char *at, regfile_lines *out);

/* The same lines by name; malloc'd, without a NUL. NULL where a name is there twice, or it cannot be told, or out of memory. */
char *regfile_lines_sort(const regfile_lines *lines);

#endif
