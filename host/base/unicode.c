/*
 * Owns the conversions between UTF-8 and UTF-16LE and the comparison of names by upcased UTF-16 code
 * units. UTF-8 here is WTF-8 on the way in and out: Windows names may hold lone surrogates, and they must
 * survive. No locale, no normalisation, no case folding beyond unicode_table.c.
 */
#include "base/unicode.h"

#include <sodium.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define REPLACEMENT 0xFFFDu

static bool is_high(uint32_t unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
static bool is_low(uint32_t unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

/* How many bytes a sequence has by its first byte; 0 if no sequence begins with it. */
static size_t sequence_length(unsigned char first) {
  if (first < 0x80)
    return 1;
  if (first >= 0xC2 && first <= 0xDF)
    return 2;
  if (first >= 0xE0 && first <= 0xEF)
    return 3;
  if (first >= 0xF0 && first <= 0xF4)
    return 4;
  return 0;
}

/* Decodes one code point of at most `room` bytes. Returns the bytes used, or 0 for a broken sequence.
 * Reads no byte behind one that is not a continuation, so a terminating NUL is a sufficient end. */
static size_t decode(const unsigned char *text, size_t room, uint32_t *out) {
  if (room && text[0] < 0x80) { /* nearly every name is ASCII */
    *out = text[0];
    return 1;
  }
  static const unsigned char mask[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
  size_t length = sequence_length(text[0]);
  if (length == 0 || length > room)
    return 0;
  uint32_t point = text[0] & mask[length];
  for (size_t i = 1; i < length; i++) {
    if ((text[i] & 0xC0) != 0x80)
      return 0;
    point = point << 6 | (text[i] & 0x3Fu);
  }
  if (length == 3 && point < 0x800)
    return 0;
  if (length == 4 && (point < 0x10000 || point > 0x10FFFF))
    return 0;
  *out = point;
  return length;
}

uint32_t unicode_next(const char **text) {
  uint32_t point = 0;
  if ((unsigned char)**text < 0x80)
    return **text ? (unsigned char)*(*text)++ : 0;
  size_t used = decode((const unsigned char *)*text, 4, &point);
  *text += used ? used : 1;
  return used ? point : REPLACEMENT;
}

/* What is nearly always ASCII is looked at in blocks of this many characters: compilers make wide instructions of loops over arrays
 * that nothing else points to. */
enum { BLOCK = 32 };

static bool ascii_block(const unsigned char *bytes) {
  unsigned char block[BLOCK], all = 0;
  memcpy(block, bytes, BLOCK);
  for (size_t i = 0; i < BLOCK; i++)
    all |= block[i];
  return all < 0x80;
}

size_t unicode_broken(const char *text, size_t length) {
  const unsigned char *bytes = (const unsigned char *)text;
  size_t at = 0;
  while (at < length) {
    if (length - at >= BLOCK && ascii_block(bytes + at)) {
      at += BLOCK;
      continue;
    }
    uint32_t point = 0;
    size_t used = decode(bytes + at, length - at, &point);
    if (used == 0)
      break;
    at += used;
  }
  return at;
}

bool unicode_valid(const char *text, size_t length) {
  const unsigned char *bytes = (const unsigned char *)text;
  for (size_t at = 0; at < length;) {
    uint32_t point = 0;
    size_t used = decode(bytes + at, length - at, &point);
    if (used == 0 || is_high(point) || is_low(point))
      return false;
    at += used;
  }
  return true;
}

bool unicode_invisible(uint32_t point) {
  return point < 0x20 || (point >= 0x7F && point < 0xA0) || point == 0xAD || point == 0x61C ||
         point == 0xFEFF || (point >= 0x200B && point <= 0x200F) || (point >= 0x2028 && point <= 0x202E) ||
         (point >= 0x2060 && point <= 0x206F) || (point >= 0xD800 && point < 0xE000) ||
         (point >= 0xFFF9 && point <= 0xFFFF && point != REPLACEMENT) || point >= 0xE0000;
}

void unicode_plain(char *text, size_t length, const char *keep) {
  for (size_t at = 0; at < length;) {
    if (text[at] >= ' ' && text[at] <= '~') {
      at++;
      continue;
    }
    uint32_t point = 0x80; /* of what is no character */
    size_t used = decode((unsigned char *)text + at, length - at, &point);
    bool kept = used == 1 && strchr(keep, (int)point);
    if (used == 0 || (unicode_invisible(point) && !kept))
      memset(text + at, used > 0 && point < 0xA0 ? ' ' : '?', used ? used : 1);
    at += used ? used : 1;
  }
}

/* A UTF-8 text read as upcased UTF-16 code units. */
typedef struct unit_reader {
  const unsigned char *at;
  size_t room;      /* bytes that are left; UNTIL_NUL for a text that ends with its NUL */
  uint16_t pending; /* the low surrogate that is due, or 0 */
} unit_reader;

#define UNTIL_NUL SIZE_MAX

static unit_reader reader_of(const char *text, size_t length) {
  return (unit_reader){(const unsigned char *)text, length, 0};
}

static void unit_skip(unit_reader *reader, size_t count) {
  reader->at += count;
  if (reader->room != UNTIL_NUL)
    reader->room -= count;
}

/* The next upcased unit, or -1 at the end. */
static int32_t unit_next(unit_reader *reader) {
  if (reader->pending) {
    uint16_t unit = reader->pending;
    reader->pending = 0;
    return unit;
  }
  if (reader->room == 0 || (reader->room == UNTIL_NUL && !*reader->at))
    return -1;
  uint32_t point = *reader->at;
  if (point < 0x80) {
    unit_skip(reader, 1);
    return (int32_t)(point >= 'a' && point <= 'z' ? point - 0x20 : point);
  }
  size_t used = decode(reader->at, reader->room, &point);
  if (used == 0)
    point = REPLACEMENT;
  unit_skip(reader, used ? used : 1);
  if (point < 0x10000)
    return unicode_upcase((uint16_t)point);
  reader->pending = (uint16_t)(0xDC00 + (point - 0x10000) % 0x400);
  return (int32_t)(0xD800 + (point - 0x10000) / 0x400);
}

/* Passes over what is the same ASCII in both. Most names that are compared are equal, byte by byte. */
static void skip_same(unit_reader *a, unit_reader *b) {
  size_t same = 0, most = a->room < b->room ? a->room : b->room;
  while (same < most && a->at[same] == b->at[same] && a->at[same] < 0x80 && a->at[same])
    same++;
  unit_skip(a, same);
  unit_skip(b, same);
}

static int compare(unit_reader a, unit_reader b) {
  int32_t x, y;
  skip_same(&a, &b);
  do {
    x = unit_next(&a);
    y = unit_next(&b);
  } while (x == y && x != -1);
  return x < y ? -1 : x > y;
}

int unicode_name_compare(const char *a, const char *b) {
  return compare(reader_of(a, UNTIL_NUL), reader_of(b, UNTIL_NUL));
}

int unicode_name_compare_n(const char *a, size_t a_length, const char *b, size_t b_length) {
  return compare(reader_of(a, a_length), reader_of(b, b_length));
}

bool unicode_name_equal(const char *a, const char *b) { return unicode_name_compare(a, b) == 0; }

bool unicode_name_equal_n(const char *a, size_t length, const char *b) {
  return compare(reader_of(a, length), reader_of(b, UNTIL_NUL)) == 0;
}

const char *unicode_name_rest(const char *text, const char *prefix) {
  unit_reader a = reader_of(text, UNTIL_NUL), b = reader_of(prefix, UNTIL_NUL);
  skip_same(&a, &b);
  for (int32_t unit; (unit = unit_next(&b)) != -1;)
    if (unit_next(&a) != unit)
      return NULL;
  return a.pending ? NULL : (const char *)a.at;
}

/* The key of this process: whoever chooses names cannot foresee where they fall. One thread makes it, others wait for that. */
static const unsigned char *name_key(void) {
  static unsigned char key[crypto_shorthash_KEYBYTES];
  static atomic_int state; /* 0: none, 1: being made, 2: there */
  int none = 0;
  if (atomic_load_explicit(&state, memory_order_acquire) == 2)
    return key;
  if (atomic_compare_exchange_strong(&state, &none, 1)) {
    randombytes_buf(key, sizeof key);
    atomic_store_explicit(&state, 2, memory_order_release);
  }
  while (atomic_load_explicit(&state, memory_order_acquire) != 2)
    ;
  return key;
}

/* Most names are short and ASCII, which nothing else is upcased to: a byte a character is hashed. False: this is no such name. */
static bool hash_ascii(const char *name, size_t length, uint32_t *hash) {
  unsigned char upper[64], all = 0, out[crypto_shorthash_BYTES];
  if (length > sizeof upper)
    return false;
  for (size_t i = 0; i < length; i++) {
    unsigned char c = (unsigned char)name[i];
    all |= c;
    upper[i] = (unsigned char)(c - (c >= 'a' && c <= 'z' ? 0x20 : 0));
  }
  if (all >= 0x80)
    return false;
  crypto_shorthash(out, upper, length, name_key());
  memcpy(hash, out, sizeof *hash);
  return true;
}

uint32_t unicode_name_hash(const char *name, size_t length) {
  /* Units; a longer name is hashed piece by piece, each with the hash of those before it. */
  enum { PIECE = 64 };
  uint32_t hash;
  if (hash_ascii(name, length, &hash))
    return hash;
  unit_reader reader = reader_of(name, length);
  const unsigned char *key = name_key();
  uint16_t units[4 + PIECE] = {0};
  size_t count = 0;
  for (int32_t unit; (unit = unit_next(&reader)) != -1; units[4 + count++] = (uint16_t)unit)
    if (count == PIECE) {
      crypto_shorthash((unsigned char *)units, (unsigned char *)units, sizeof units, key);
      count = 0;
    }
  unsigned char out[crypto_shorthash_BYTES];
  crypto_shorthash(out, (unsigned char *)units, (4 + count) * sizeof *units, key);
  memcpy(&hash, out, sizeof hash);
  return hash;
}

uint32_t unicode_text_hash(const char *text, size_t length) {
  unsigned char out[crypto_shorthash_BYTES];
  uint32_t hash;
  crypto_shorthash(out, (const unsigned char *)text, length, name_key());
  memcpy(&hash, out, sizeof hash);
  return hash;
}

size_t unicode_utf16_length(const char *text) {
  size_t units = 0;
  for (uint32_t point; (point = unicode_next(&text)) != 0;)
    units += point < 0x10000 ? 1 : 2;
  return units;
}

static unsigned char *put_unit(unsigned char *out, uint32_t unit) {
  out[0] = (unsigned char)(unit & 0xFF);
  out[1] = (unsigned char)(unit >> 8 & 0xFF);
  return out + 2;
}

static void widen_block(const unsigned char *bytes, unsigned char *out) {
  unsigned char block[BLOCK], wide[2 * BLOCK];
  memcpy(block, bytes, BLOCK);
  for (size_t i = 0; i < BLOCK; i++) {
    wide[2 * i] = block[i];
    wide[2 * i + 1] = 0;
  }
  memcpy(out, wide, sizeof wide);
}

size_t unicode_widen(const char *text, size_t length, unsigned char *out) {
  const unsigned char *bytes = (const unsigned char *)text;
  unsigned char *begin = out;
  for (size_t at = 0; at < length;) {
    if (length - at >= BLOCK && ascii_block(bytes + at)) {
      widen_block(bytes + at, out);
      at += BLOCK;
      out += 2 * BLOCK;
      continue;
    }
    uint32_t point = REPLACEMENT;
    size_t used = decode(bytes + at, length - at, &point);
    at += used ? used : 1;
    if (point >= 0x10000) {
      out = put_unit(out, 0xD800 + (point - 0x10000) / 0x400);
      point = 0xDC00 + (point - 0x10000) % 0x400;
    }
    out = put_unit(out, point);
  }
  return (size_t)(out - begin);
}

unsigned char *unicode_to_utf16(const char *text, size_t length, size_t *size) {
  *size = 0;
  if (length > SIZE_MAX / 2 - 1)
    return NULL;
  unsigned char *units = malloc(length * 2 + 1); /* no byte makes more than one unit */
  if (units)
    *size = unicode_widen(text, length, units);
  return units;
}

static char *put_point(char *out, uint32_t point) {
  if (point < 0x80) {
    *out++ = (char)point;
  } else if (point < 0x800) {
    *out++ = (char)(0xC0 | point >> 6);
    *out++ = (char)(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    *out++ = (char)(0xE0 | point >> 12);
    *out++ = (char)(0x80 | (point >> 6 & 0x3F));
    *out++ = (char)(0x80 | (point & 0x3F));
  } else {
    *out++ = (char)(0xF0 | point >> 18);
    *out++ = (char)(0x80 | (point >> 12 & 0x3F));
    *out++ = (char)(0x80 | (point >> 6 & 0x3F));
    *out++ = (char)(0x80 | (point & 0x3F));
  }
  return out;
}

/* False if there is more than ASCII among them. */
static bool narrow_block(const unsigned char *data, char *out) {
  unsigned char units[2 * BLOCK], block[BLOCK], low = 0, high = 0;
  memcpy(units, data, sizeof units);
  for (size_t i = 0; i < BLOCK; i++) {
    block[i] = units[2 * i];
    low |= units[2 * i];
    high |= units[2 * i + 1];
  }
  if (low >= 0x80 || high)
    return false;
  memcpy(out, block, BLOCK);
  return true;
}

size_t unicode_narrow(const unsigned char *data, size_t count, char *out) {
  char *begin = out;
  for (size_t i = 0; i < count; i++) {
    if (count - i >= BLOCK && narrow_block(data + 2 * i, out)) {
      out += BLOCK;
      i += BLOCK - 1;
      continue;
    }
    uint32_t point = data[2 * i] | (uint32_t)data[2 * i + 1] << 8;
    if (point < 0x80) {
      *out++ = (char)point;
      continue;
    }
    if (is_high(point) && i + 1 < count) {
      uint32_t low = data[2 * i + 2] | (uint32_t)data[2 * i + 3] << 8;
      if (is_low(low)) {
        point = 0x10000 + (point - 0xD800) * 0x400 + (low - 0xDC00);
        i++;
      }
    }
    out = put_point(out, point);
  }
  return (size_t)(out - begin);
}

char *unicode_from_utf16(const unsigned char *data, size_t size, size_t *length) {
  size_t count = size / 2;
  *length = 0;
  if (count > (SIZE_MAX - 1) / 3)
    return NULL;
  char *text = malloc(count * 3 + 1); /* a pair takes 4 bytes for 2 units */
  if (!text)
    return NULL;
  *length = unicode_narrow(data, count, text);
  text[*length] = '\0';
  return text;
}
