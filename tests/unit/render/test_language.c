/* Texts in other languages: which pair fits, what goes into it, what a file of pairs may hold. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

#include "render/language.h"
#include "render/language_pairs.h"
#include "render/say.h"
#include "script/script.h"

static const char pairs[] = "# a remark\n"
                            "%s is there\n\t%1 ist da\n"
                            "%s there\n\tdort: %1\n"
                            "%s is there: %s\n\t%1 ist da, denn: %2\n"
                            "%d of %s\n\tvon %2: %1\n"
                            "%s needs %s first\n\t%1 braucht zuerst %2\n"
                            "the file\n\tdie Datei\n"
                            "\xC3\xA4\n\t\xC3\xB6\n";

static language *open_pairs(void) {
  language *self = NULL;
  assert_int_equal(language_parse("de", pairs, sizeof pairs - 1, &self, NULL), TLSMEND_OK);
  return self;
}

static void expect(const language *self, const char *english, const char *local) {
  assert_string_equal(language_text(self, english), local);
}

static void test_the_heaviest_pair_wins(void **state) {
  (void)state;
  language *self = open_pairs();
  expect(self, "the file", "die Datei");
  expect(self, "the file is there", "die Datei ist da");
  expect(self, "x is there: the file", "x ist da, denn: die Datei");
  expect(self, "x there", "dort: x");
  expect(self, "12 of the file", "von die Datei: 12");
  expect(self, "x of the file", "x of the file");
  expect(self, "%1 is there", "%1 ist da");
  expect(self, "A; the file; B (the file)", "A; die Datei; B (die Datei)");
  expect(self, "nobody knows", "nobody knows");
  expect(self, "", "");
  language_close(self);
}

/* A sentence of somebody else that looks like one of ours stays whole; names and what is quoted may be anything. */
static void test_half_a_translation_is_none(void **state) {
  (void)state;
  language *self = open_pairs();
  expect(self, "KB5 needs KB6 first", "KB5 braucht zuerst KB6");
  expect(self, "the file needs KB6 first", "die Datei braucht zuerst KB6");
  expect(self, "frobnication needs a hammer first", "frobnication needs a hammer first");
  expect(self, "our own words: the file", "our own words: the file");
  expect(self, "rejected: the file", "rejected: the file");
  expect(self, "the file (of our own)", "the file (of our own)");
  expect(self, "\"some words here\" is there", "\"some words here\" ist da");
  expect(self, "alice, bob is there", "alice, bob ist da");
  language_close(self);
}

static char *said(text_builder *text) {
  char *out = NULL;
  assert_int_equal(text_finish(text, &out, NULL), TLSMEND_OK);
  return out;
}

static void test_texts_by_their_format(void **state) {
  (void)state;
  language *self = open_pairs();
  text_builder text = {.language = self};
  /* what is filled in is not looked up, nor looked at */
  text_say(&text, "%zu of %s", (size_t)4000000000u, "the file");
  text_add(&text, "|");
  text_say(&text, "%.3s is there", "%1%s");
  text_add(&text, "|");
  text_say(&text, "%s is there: %s", text_said(&text, "the file"), "%2");
  text_add(&text, "|");
  text_say(&text, "%lld of %s", -5LL, "");
  text_add(&text, "|");
  text_say(&text, "%s has %zu", "nobody", (size_t)2);
  text_add(&text, "|%s", TEXT_COUNT(&text, 1, "the file", "%zu of files"));
  text_add(&text, "|%s", TEXT_COUNT(&text, 2, "the file", "%zu files"));
  char *out = said(&text);
  assert_string_equal(out, "von the file: 4000000000|%1% ist da|die Datei ist da, denn: %2|"
                           "von : -5|nobody has 2|die Datei|2 files");
  free(out);
  language_close(self);
}

static void test_english_is_a_copy(void **state) {
  (void)state;
  expect(NULL, "the file is there", "the file is there");
  assert_string_equal(language_name(NULL), "en");
}

/* Many placeholders and a text that nearly fits are given up, not tried for hours. */
static void test_a_long_text_ends(void **state) {
  (void)state;
  static const char pair[] = "%s, %s, %s, %s, %s, %s, %s, %s.\n\t%1%2%3%4%5%6%7%8\n";
  language *self = NULL;
  assert_int_equal(language_parse("de", pair, sizeof pair - 1, &self, NULL), TLSMEND_OK);
  char *long_text = malloc(4001);
  for (size_t i = 0; i < 4000; i++)
    long_text[i] = i % 2 ? ' ' : ',';
  long_text[4000] = 0;
  assert_string_equal(language_text(self, long_text), long_text);
  free(long_text);
  language_close(self);
}

#define EIGHT "%s%s%s%s%s%s%s%s"

static void test_a_broken_file_is_refused(void **state) {
  (void)state;
  static const char *const broken[] = {"a\nb\n",
                                       "\ta\n",
                                       "a\n\tb\n\tc\n",
                                       "a\n",
                                       "a\n\t%1\n",
                                       "%s\n\ta\n",
                                       "%s\n\t%1%2\n",
                                       "%s %d\n\t%2\n",
                                       "%s\n\t%1 %9\n",
                                       "%s%s%s%s%s%s%s%s%s%s\n\t%1%2%3%4%5%6%7%8%9\n",
                                       EIGHT EIGHT EIGHT EIGHT "\n\tnone\n"};
  for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
    language *self = NULL;
    tlsmend_error error = {0, ""};
    assert_int_equal(language_parse("de", broken[i], strlen(broken[i]), &self, &error), TLSMEND_E_CORRUPT);
    assert_null(self);
    assert_non_null(strstr(error.text, "de"));
  }
}

/* Two labels and a line more, in columns of at least `least`. */
static char *aligned(const language *self, size_t least) {
  text_builder text = {.language = self};
  text_label(&text, "\xC3\xA4");
  text_add(&text, "|\t%s\n  ", "\x01");
  text_label(&text, "the file");
  text_add(&text, "|\n");
  text_label(&text, NULL);
  text_add(&text, "|?");
  text.length--; /* taken back */
  text_align(&text, least);
  return said(&text);
}

static void test_labels_and_columns(void **state) {
  (void)state;
  language *self = open_pairs();
  char *wide = aligned(self, 14), *narrow = aligned(self, 3), *english = aligned(NULL, 0);
  assert_string_equal(wide, "\xC3\xB6             |\t \n  die Datei   |\n              |");
  assert_string_equal(narrow, "\xC3\xB6           |\t \n  die Datei |\n            |");
  assert_string_equal(english, "\xC3\xA4          |\t \n  the file |\n           |");
  free(wide);
  free(narrow);
  free(english);
  language_close(self);
}

enum { ARGUMENT = 16 };

/* Names that no text holds, and numbers. */
static void make_arguments(const language_pair *pair, char out[LANGUAGE_HOLES_MOST][ARGUMENT]) {
  size_t hole = 0;
  for (const char *at = pair->english; *at; at++) {
    if (!language_is_hole(at))
      continue;
    int number = 100000 + rand() % 900000;
    snprintf(out[hole], ARGUMENT, at[1] == 'd' ? "%zu%d" : "Q%zu%dX", hole + 1, number);
    hole++;
  }
}

static char *fill_english(const language_pair *pair, char arguments[LANGUAGE_HOLES_MOST][ARGUMENT]) {
  text_builder text = {0};
  size_t hole = 0;
  for (const char *at = pair->english; *at; at++)
    if (language_is_hole(at)) {
      text_append(&text, arguments[hole++]);
      at++;
    } else {
      text_append(&text, (char[]){*at, 0});
    }
  return said(&text);
}

/* Each text of each language, by its format and as a finished sentence: every argument is there, and nothing else of a hole. */
static void test_every_text_holds_its_arguments(void **state) {
  (void)state;
#define NAME(name) name,
  static const char *const names[] = {TLSMEND_LANGUAGES(NAME)};
#undef NAME
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    language *self = NULL;
    assert_int_equal(script_language_open(NULL, names[i], &self, NULL), TLSMEND_OK);
    if (strcmp(names[i], "en") == 0) {
      assert_null(self); /* what C and Lua say */
      continue;
    }
    assert_true(self->count > 300);
    for (size_t j = 0; j < self->count; j++) {
      const language_pair *pair = &self->pairs[j];
      char bytes[LANGUAGE_HOLES_MOST][ARGUMENT];
      const char *arguments[LANGUAGE_HOLES_MOST];
      make_arguments(pair, bytes);
      for (size_t k = 0; k < LANGUAGE_HOLES_MOST; k++)
        arguments[k] = bytes[k];
      text_builder text = {0};
      text_fill(&text, language_format(self, pair->english), arguments);
      char *filled = said(&text), *english = fill_english(pair, bytes);
      for (size_t k = 0; k < pair->holes; k++)
        assert_non_null(strstr(filled, arguments[k]));
      for (const char *at = filled; *at; at++)
        assert_true(!language_hole(at));
      assert_string_equal(language_text(self, english), filled);
      free(filled);
      free(english);
    }
    language_close(self);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_the_heaviest_pair_wins), cmocka_unit_test(test_english_is_a_copy),
      cmocka_unit_test(test_a_long_text_ends),       cmocka_unit_test(test_a_broken_file_is_refused),
      cmocka_unit_test(test_labels_and_columns),     cmocka_unit_test(test_half_a_translation_is_none),
      cmocka_unit_test(test_texts_by_their_format),  cmocka_unit_test(test_every_text_holds_its_arguments),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
