/*
 * Recognises the writer's own spelling of value lines, in one pass and without a copy. What is not recognised is no error: the reader
 * proper takes it from there. So this may refuse what it likes, but must never take a line that regfile_write.c would write differently,
 * or that regfile_read.c would refuse: tests/fuzz/fuzz_regfile.c holds it to both.
 */
#include "registry/regfile_lines.h"

#include <stdlib.h>
#include <string.h>

#include "base/unicode.h"
#include "registry/path.h"

/* A name in the text, with its quotes; an empty one is "@". */
typedef struct span {
  const char *at;
  size_t size;
} span;

/* What ends a run of plain characters within quotes. 0xED begins lone surrogates, which are not written in quotes. */
static const unsigned char stops[256] = {[0] = 1, ['"'] = 1, ['\\'] = 1, ['\r'] = 1, ['\n'] = 1, [0xED] = 1};

/* Behind the closing quote of the text that begins at `at`; NULL if it is not spelled plainly. */
static const char *skip_quoted(const char *at, bool name) {
  for (at++;;) {
    while (!stops[(unsigned char)*at])
      at++;
    if (*at == '"')
      return at + 1;
    if (*at == '\\' && (at[1] == '\\' || at[1] == '"'))
      at += 2;
    else if (name && (unsigned char)*at == 0xED)
      at++;
    else
      return NULL;
  }
}

/* 1 more than the value of a digit as it is written. */
static const unsigned char digits[256] = {
    ['0'] = 1, ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9, ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16};

static bool is_digit(char at) { return digits[(unsigned char)at] != 0; }

/* Behind the bytes of a row that begins in `column`; NULL if it is not broken where the writer breaks it. */
static const char *skip_row(const char *at, size_t column, size_t *breaks) {
  if (*at == '\r')
    return at; /* no bytes */
  for (;;) {
    if (!is_digit(at[0]) || !is_digit(at[1]))
      return NULL;
    at += 2;
    if (*at != ',')
      return at;
    at++;
    column += 3;
    if (column < REGFILE_ROW_FULL)
      continue;
    if (strncmp(at, REGFILE_ROW_BREAK, sizeof REGFILE_ROW_BREAK - 1) != 0)
      return NULL;
    at += sizeof REGFILE_ROW_BREAK - 1;
    ++*breaks;
    column = REGFILE_ROW_INDENT;
  }
}

/* Behind "hex:" or "hex(N):"; NULL if it is another word, or a type whose data says how it is written. */
static const char *skip_type(const char *at) {
  at += 3;
  if (*at == ':')
    return at + 1;
  if (*at++ != '(')
    return NULL;
  size_t count = 0;
  while (count < 8 && is_digit(at[count]))
    count++;
  bool short_type = count == 1 && strchr("134", *at); /* a text, bytes and a number have their own spelling */
  if (count == 0 || short_type || (count > 1 && *at == '0') || at[count] != ')' || at[count + 1] != ':')
    return NULL;
  return at + count + 2;
}

/* Columns are characters, not bytes. */
static size_t columns(const char *at, const char *end) {
  size_t count = 0;
  for (; at < end; at++)
    count += (*at & 0xC0) != 0x80;
  return count;
}

static const char *skip_number(const char *at) {
  at += 6;
  for (int i = 0; i < 8; i++)
    if (!is_digit(*at++))
      return NULL;
  return at;
}

/* Behind the line with its break, or NULL. */
static const char *skip_line(const char *line, span *name, size_t *breaks) {
  bool quoted = *line == '"';
  const char *at = quoted ? skip_quoted(line, true) : line + 1;
  if (!at || *at != '=' || (quoted && at == line + 2) || at - line > PATH_VALUE_NAME_MAX)
    return NULL;
  *name = (span){line, (size_t)(at - line)};
  at++;
  if (*at == '"')
    at = skip_quoted(at, false);
  else if (strncmp(at, "dword:", 6) == 0)
    at = skip_number(at);
  else if (strncmp(at, "hex", 3) == 0 && (at = skip_type(at)))
    at = skip_row(at, columns(line, at), breaks);
  else
    return NULL;
  if (!at || at[0] != '\r' || at[1] != '\n')
    return NULL;
  ++*breaks;
  return at + 2;
}

enum { NAME_ROOM = 256 };

/* A name without what spells it, in the text itself or else in `room`. False: it is too long for that. */
static bool plain_name(span from, char room[NAME_ROOM], span *out) {
  if (*from.at == '@') {
    *out = (span){from.at, 0};
    return true;
  }
  *out = (span){from.at + 1, from.size - 2};
  if (!memchr(out->at, '\\', out->size))
    return true;
  if (out->size > NAME_ROOM)
    return false;
  size_t size = 0;
  for (const char *at = out->at, *end = at + out->size; at < end; at++) {
    at += *at == '\\';
    room[size++] = *at;
  }
  *out = (span){room, size};
  return true;
}

/* As strcmp. Where it cannot tell they count as the same, which nobody relies on. */
static int compare_names(span a, span b) {
  char a_room[NAME_ROOM], b_room[NAME_ROOM];
  span a_name, b_name;
  if (!plain_name(a, a_room, &a_name) || !plain_name(b, b_room, &b_name))
    return 0;
  return unicode_name_compare_n(a_name.at, a_name.size, b_name.at, b_name.size);
}

void regfile_lines_scan(const char *at, regfile_lines *out) {
  span name = {0}, before = {0};
  size_t breaks = 0;
  *out = (regfile_lines){.text = at, .sorted = true};
  while (*at == '"' || *at == '@') {
    const char *end = skip_line(at, &name, &breaks);
    if (!end)
      break;
    if (before.at && out->sorted)
      out->sorted = compare_names(before, name) < 0;
    before = name;
    at = end;
    out->size = (size_t)(end - out->text);
    out->breaks = breaks;
    out->count++;
  }
}

typedef struct row {
  span name;
  size_t size; /* with the line break */
} row;

static int compare_rows(const void *a, const void *b) {
  return compare_names(((const row *)a)->name, ((const row *)b)->name);
}

char *regfile_lines_sort(const regfile_lines *lines) {
  row *rows = malloc((lines->count + 1) * sizeof *rows);
  char *text = malloc(lines->size + 1), *out = text;
  const char *at = lines->text;
  size_t breaks = 0;
  bool good = rows && text;
  for (size_t i = 0; good && i < lines->count; i++) {
    char room[NAME_ROOM];
    span name;
    const char *end = skip_line(at, &rows[i].name, &breaks);
    good = end && plain_name(rows[i].name, room, &name);
    rows[i].size = (size_t)(end - at);
    at = end;
  }
  if (good)
    qsort(rows, lines->count, sizeof *rows, compare_rows);
  for (size_t i = 0; good && i < lines->count; i++) {
    good = i == 0 || compare_rows(&rows[i - 1], &rows[i]) < 0;
    memcpy(out, rows[i].name.at, rows[i].size);
    out += rows[i].size;
  }
  free(rows);
  if (good)
    return text;
  free(text);
  return NULL;
}
