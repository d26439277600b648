/* Frames between a worker and its parent: what was written is read again, and what is no frame is refused, whatever it claims. */
#include "unit/engine.h"

#include "script/worker/frame.h"
#include "unit/random.h"

static const char *const words[] = {"", "a", "table", "HKLM\\SOFTWARE", "two\nlines", "\xC3\xA4"};

static call_value random_plain(char bytes[64]) {
  static const long long numbers[] = {0, 1, -1, INT64_MAX, INT64_MIN, 0xFFFFFFFF};
  const char *word = words[random_below(sizeof words / sizeof *words)];
  size_t size = random_below(64);
  switch (random_below(5)) {
  case 0:
    return (call_value){.type = TLSMEND_TYPE_NIL};
  case 1:
    return (call_value){.type = TLSMEND_TYPE_BOOLEAN, .number = (long long)random_below(2)};
  case 2:
    return (call_value){.type = TLSMEND_TYPE_INTEGER, .number = numbers[random_below(6)]};
  case 3:
    return (call_value){.type = TLSMEND_TYPE_OTHER, .text = word, .size = strlen(word)};
  default:
    for (size_t i = 0; i < size; i++)
      bytes[i] = (char)random_next();
    return (call_value){.type = TLSMEND_TYPE_TEXT, .text = bytes, .size = size};
  }
}

static bool equal(call_value a, call_value b) {
  return a.type == b.type && a.number == b.number && a.size == b.size &&
         (a.size == 0 || memcmp(a.text, b.text, a.size) == 0);
}

static void test_round_trip(void **state) {
  (void)state;
  char bytes[20][64];
  call_value values[20];
  frame frame = {0};
  for (int round = 0; round < 2000; round++) {
    size_t count = random_below(20), size;
    frame_begin(&frame, FRAME_ASK);
    for (size_t i = 0; i < count; i++)
      frame_add(&frame, values[i] = random_plain(bytes[i]));
    assert_true(frame_end(&frame));
    assert_int_equal(frame_head(frame.bytes, &size), FRAME_ASK);
    assert_int_equal(size, frame.size - FRAME_HEAD);
    assert_true(frame_read(&frame));
    assert_int_equal(frame.count, count);
    for (size_t i = 0; i < count; i++) {
      assert_true(equal(frame.values[i], values[i]));
      if (frame.values[i].text)
        assert_int_equal(frame.values[i].text[frame.values[i].size], 0);
    }
  }
  frame_clear(&frame);
}

/* A copy of exactly these bytes, so that a sanitizer sees the first one beyond. */
static bool reads(const unsigned char *bytes, size_t size) {
  frame copy = {.bytes = malloc(size), .size = size, .room = size};
  memcpy(copy.bytes, bytes, size);
  bool good = frame_read(&copy);
  for (size_t i = 0; good && i < copy.count; i++)
    if (copy.values[i].text)
      assert_int_equal(copy.values[i].text[copy.values[i].size], 0);
  frame_clear(&copy);
  return good;
}

static void test_torn(void **state) {
  (void)state;
  frame frame = {0};
  frame_begin(&frame, FRAME_RESULT);
  frame_add_text(&frame, "E_REFUSED");
  frame_add_integer(&frame, 7);
  frame_add_bytes(&frame, "\0\0", 2);
  frame_add_boolean(&frame, true);
  assert_true(frame_end(&frame));
  assert_true(reads(frame.bytes, frame.size));
  size_t whole = 0;
  for (size_t size = 0; size < frame.size; size++)
    whole += reads(frame.bytes, size);
  /* Between two values nothing is torn: the head says how many bytes there must be. */
  assert_int_equal(whole, 4);
  for (size_t i = FRAME_HEAD; i < frame.size; i++)
    for (unsigned byte = 0; byte < 256; byte++) {
      unsigned char before = frame.bytes[i];
      frame.bytes[i] = (unsigned char)byte;
      reads(frame.bytes, frame.size);
      frame.bytes[i] = before;
    }
  frame_clear(&frame);
}

static void test_claims(void **state) {
  (void)state;
  static const unsigned char sizes[][11] = {{5, 0, 0, 0, 'A', 's', 0xFF, 0xFF, 0xFF, 0xFF, 0},
                                            {6, 0, 0, 0, 'A', 's', 1, 0, 0, 0, 0},
                                            {6, 0, 0, 0, 'A', 'o', 0, 0, 0, 0x80, 0},
                                            {6, 0, 0, 0, 'A', 'i', 0, 0, 0, 0, 0},
                                            {6, 0, 0, 0, 'A', 'x', 'n', 'n', 'n', 'n', 'n'}};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
    assert_false(reads(sizes[i], sizeof sizes[i]));
  frame many = {0};
  frame_begin(&many, FRAME_ASK);
  for (size_t i = 0; i < FRAME_VALUES_MOST; i++)
    frame_add_nil(&many);
  assert_true(frame_end(&many) && frame_read(&many));
  frame_add_nil(&many);
  assert_true(frame_end(&many));
  assert_false(frame_read(&many));
  frame_clear(&many);
}

/* What is not of the kind that was asked for ends the reading, and everything behind it too. */
static void test_reader(void **state) {
  (void)state;
  frame frame = {0};
  frame_begin(&frame, FRAME_ASK);
  frame_add_integer(&frame, 5);
  frame_add_bytes(&frame, "a\0b", 3);
  frame_add_text(&frame, "rest");
  assert_true(frame_end(&frame) && frame_read(&frame));
  frame_reader in = frame_values(&frame);
  assert_int_equal(frame_take_integer(&in, 0, 5), 5);
  assert_false(frame_taken(&in));
  assert_string_equal(frame_take_text(&in), "");
  assert_true(in.failed);
  assert_string_equal(frame_take_text(&in), "");
  assert_false(frame_taken(&in));
  in = frame_values(&frame);
  assert_int_equal(frame_take_integer(&in, 6, 9), 6);
  assert_true(in.failed);
  in = frame_values(&frame);
  frame_take_boolean(&in);
  assert_true(in.failed);
  frame_clear(&frame);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_round_trip), cmocka_unit_test(test_torn),
                                     cmocka_unit_test(test_claims), cmocka_unit_test(test_reader)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
