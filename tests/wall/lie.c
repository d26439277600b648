#include "wall/lie.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os/os.h"
#include "os/worker.h"
#include "script/primitives/primitives.h"
#include "script/worker/frame.h"

/* Raw bytes, as large as they claim to be or not. */
static void head(uint32_t size, char kind) {
  unsigned char bytes[FRAME_HEAD];
  for (int i = 0; i < FRAME_HEAD - 1; i++)
    bytes[i] = (unsigned char)(size >> (8 * i));
  bytes[FRAME_HEAD - 1] = (unsigned char)kind;
  os_wall_send(bytes, sizeof bytes);
}

static void raw(char kind, const void *bytes, size_t size) {
  head((uint32_t)size, kind);
  os_wall_send(bytes, size);
}

/* Says nothing more, and takes what comes. */
static void silent(void) {
  char byte;
  while (os_wall_receive(&byte, 1))
    continue;
}

static void busy(unsigned milliseconds) {
  for (uint64_t end = os_clock() + milliseconds; os_clock() < end;)
    continue;
}

static frame out;

static void say(void) {
  if (frame_end(&out))
    os_wall_send(out.bytes, out.size);
}

/* Kinds. */

static void unknown_kind(void) { head(0, 'Z'); }
static void greeting(void) { head(0, FRAME_HELLO); }
static void opening(void) { head(0, FRAME_OPEN); }
static void call(void) { head(0, FRAME_CALL); }
static void closing(void) { head(0, FRAME_CLOSE); }
static void stop(void) { head(0, FRAME_STOP); }
static void answer(void) { raw(FRAME_ANSWER, "i\0\0\0\0\0\0\0\0n", 10); }
static void kind_of_nul(void) { head(0, 0); }

/* Sizes. */

static void empty_result(void) { head(0, FRAME_RESULT); }
static void empty_question(void) { head(0, FRAME_ASK); }
static void largest(void) { head(UINT32_MAX, FRAME_RESULT); }
static void just_over(void) { head((64u << 20) + (8u << 20) + 1, FRAME_RESULT); }

static void promised(void) {
  head(64u << 20, FRAME_RESULT);
  silent();
}

static void cut_off(void) {
  head(100, FRAME_RESULT);
  os_wall_send("nnnn", 4);
  os_wall_exit(0);
}

static void half_a_head(void) {
  os_wall_send("\1\0", 2);
  os_wall_exit(0);
}

static void claims_much(void) { raw(FRAME_ASK, "i\0\0\0\0\0\0\0\0s\xf0\xff\xff\xff", 14); }
static void unknown_letter(void) { raw(FRAME_RESULT, "i\0\0\0\0\0\0\0\0x", 10); }
static void text_without_end(void) { raw(FRAME_RESULT, "i\0\0\0\0\0\0\0\0s\1\0\0\0aa", 16); }

static void many_values(void) {
  enum { MANY = 2 << 20 };
  char *bytes = malloc(MANY);
  if (bytes)
    raw(FRAME_RESULT, memset(bytes, 'n', MANY), MANY);
}

static void flood(void) {
  static char bytes[1 << 16];
  for (;;)
    if (!os_wall_send(bytes, sizeof bytes))
      return;
}

static void noise(void) {
  unsigned char bytes[4096];
  uint64_t state = 88172645463325252;
  for (size_t i = 0; i < sizeof bytes; i++) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    bytes[i] = (unsigned char)state;
  }
  os_wall_send(bytes, sizeof bytes);
}

/* Results. */

static void result(long long code, const void *text, size_t size) {
  frame_begin(&out, FRAME_RESULT);
  frame_add_integer(&out, code);
  frame_add_bytes(&out, text, size);
  say();
}

static void result_text(long long code, const char *text) { result(code, text, strlen(text)); }

static void code_unknown(void) { result_text(-99999, "made up"); }
static void code_positive(void) { result_text(5, "made up"); }
static void code_least(void) { result_text(INT64_MIN, "made up"); }
static void code_without_text(void) { raw(FRAME_RESULT, "i\xf5\xff\xff\xff\xff\xff\xff\xffn", 10); }
static void code_and_nothing(void) { result_text(TLSMEND_E_SCRIPT, ""); }
static void code_undo(void) { result_text(TLSMEND_E_UNDO, "made up"); }
static void code_usage(void) { result_text(TLSMEND_E_USAGE, "made up"); }
static void text_of_nuls(void) { result(TLSMEND_E_SCRIPT, "a\0b", 3); }

static void text_of_controls(void) {
  result_text(TLSMEND_E_SCRIPT, "made up \x1b[31m\x07\r\nsecond line \xe2\x80\xae turned \xff");
}

/* In pieces: there is no memory for it here. */
static void text_of_megabytes(void) {
  enum { MANY = 60 << 20 };
  static char piece[1 << 16];
  const unsigned char front[] = {
      'i', 245, 255, 255, 255, 255, 255, 255, 255, 's', 0, 0, MANY >> 16 & 255, MANY >> 24};
  head(MANY + sizeof front + 1, FRAME_RESULT);
  os_wall_send(front, sizeof front);
  memset(piece, 'a', sizeof piece);
  memcpy(piece, "made up", 7);
  for (size_t i = 0; i < MANY / sizeof piece; i++)
    os_wall_send(piece, sizeof piece);
  os_wall_send("", 1);
}

static void result_of_types(void) {
  frame_begin(&out, FRAME_RESULT);
  frame_add_text(&out, "0");
  frame_add_integer(&out, 0);
  say();
}

static void run_result(void) {
  frame_begin(&out, FRAME_RESULT);
  frame_add_integer(&out, TLSMEND_OK);
  frame_add_nil(&out);
  frame_add_boolean(&out, true);
  frame_add_boolean(&out, false);
}

static void two_results(void) {
  run_result();
  frame_add_nil(&out);
  say();
  say();
}

static void more_values(void) {
  run_result();
  frame_add_nil(&out);
  frame_add_integer(&out, 1);
  say();
}

static void reason_of_nonsense(void) {
  run_result();
  frame_add_bytes(&out, "\xff\xfe", 2);
  say();
}

/* Headers: the answer to opening a text. */

static void header(const char *json) {
  frame_begin(&out, FRAME_RESULT);
  frame_add_integer(&out, TLSMEND_OK);
  frame_add_nil(&out);
  frame_add_text(&out, json);
  frame_add_boolean(&out, false);
  say();
  silent();
}

static void header_empty(void) { header(""); }
static void header_null(void) { header("null"); }
static void header_number(void) { header("{\"id\":1}"); }
static void header_of_another(void) {
  header("{\"id\":\"winhttp-tls12\",\"version\":\"1\",\"title\":\"A\"}");
}

static void header_deep(void) {
  enum { DEEP = 1 << 20 };
  char *json = malloc(DEEP + 1);
  if (!json)
    return;
  memset(json, '[', DEEP);
  json[DEEP] = '\0';
  header(json);
}

/* Questions. The code of the answer is read, and what it says does not matter. */

int wall_answered;

static void begin(primitive_id id) {
  frame_begin(&out, FRAME_ASK);
  frame_add_integer(&out, id);
  frame_add_text(&out, id == PRIMITIVE_MODULE ? "inventory.owner" : NULL);
}

static void ask(void) {
  unsigned char bytes[FRAME_HEAD], value[9] = {0}, byte;
  size_t size;
  say();
  if (!os_wall_receive(bytes, sizeof bytes) || !os_wall_receive(value, sizeof value))
    os_wall_exit(1);
  for (frame_head(bytes, &size); size > sizeof value; size--)
    os_wall_receive(&byte, 1);
  wall_answered =
      (int)(value[1] | (uint32_t)value[2] << 8 | (uint32_t)value[3] << 16 | (uint32_t)value[4] << 24);
}

static void get(const char *key) {
  begin(PRIMITIVE_REGISTRY_GET);
  frame_add_text(&out, key);
  frame_add_text(&out, "V");
  frame_add_integer(&out, 0);
  ask();
}

static void set(const char *key) {
  begin(PRIMITIVE_REGISTRY_SET);
  frame_add_text(&out, key);
  frame_add_text(&out, "V");
  frame_add_integer(&out, 0);
  frame_add_integer(&out, 4);
  frame_add_bytes(&out, "\1\0\0\0", 4);
  frame_add_boolean(&out, false);
  frame_add_text(&out, "made up");
  ask();
}

#define SITE "HKLM\\SOFTWARE\\Site"
/* Blanks are no mistake of JSON. */
static void header_large(void) {
  enum { LARGE = 9 << 20 };
  char *json = malloc(LARGE + 1);
  if (!json)
    return;
  memset(json, ' ', LARGE);
  memcpy(json, "{}", 2);
  json[LARGE] = '\0';
  header(json);
}

static void read_elsewhere(void) { get("HKLM\\SAM\\SAM"); }
static void write_elsewhere(void) { set("HKLM\\SOFTWARE\\Elsewhere"); }
static void write_nearby(void) { set(SITE "Else"); }
static void dots(void) { set(SITE "\\..\\Elsewhere"); }
static void other_view(void) { set("HKLM\\SOFTWARE\\Wow6432Node\\Elsewhere"); }
static void machine_too_early(void) { get(SITE); }
static void write_too_late(void) { set(SITE "\\Late"); }

static void refused_then_again(void) {
  write_elsewhere();
  set(SITE);
  get(SITE);
  wall_answered = TLSMEND_OK;
}

static void refused_then_dead(void) {
  write_elsewhere();
  os_wall_exit(0);
}

static void refused_then_lying(void) {
  write_elsewhere();
  unknown_kind();
}

static void fact_that_is_none(void) {
  begin(PRIMITIVE_REBOOT_FACT);
  frame_add_text(&out, "HKLM\\SAM\\SAM");
  frame_add_text(&out, "V");
  ask();
}

static void module_not_granted(void) {
  begin(PRIMITIVE_MODULE);
  frame_add_text(&out, "BOX");
  ask();
}

static void module_unknown(void) {
  frame_begin(&out, FRAME_ASK);
  frame_add_integer(&out, PRIMITIVE_MODULE);
  frame_add_text(&out, "io.popen");
  frame_add_text(&out, "id");
  ask();
}

static void module_without_name(void) {
  frame_begin(&out, FRAME_ASK);
  frame_add_integer(&out, PRIMITIVE_MODULE);
  frame_add_nil(&out);
  ask();
}

static void text_asked(primitive_id id, const char *text) {
  begin(id);
  frame_add_text(&out, text);
  ask();
}

static void file_elsewhere(void) { text_asked(PRIMITIVE_FILES_NAMES, "/etc"); }
static void file_by_dots(void) { text_asked(PRIMITIVE_FILES_KIND, "packages/../../etc/passwd"); }
static void share(void) { text_asked(PRIMITIVE_FILES_KIND, "\\\\host\\share\\file"); }
static void restart(void) { text_asked(PRIMITIVE_REBOOT_BARRIER, "made up"); }
static void digest_elsewhere(void) { text_asked(PRIMITIVE_UPDATE_SHA256, "/etc/passwd"); }

static void probe(void) {
  begin(PRIMITIVE_PROBE_VERSIONS);
  frame_add_text(&out, "127.0.0.1");
  frame_add_integer(&out, 1);
  frame_add_nil(&out);
  frame_add_nil(&out);
  ask();
}

static void question_of_none(void) {
  begin((primitive_id)9999);
  say();
}

static void question_below_none(void) {
  begin((primitive_id)-1);
  say();
}

static void question_of_types(void) {
  begin(PRIMITIVE_REGISTRY_SET);
  for (int i = 0; i < 7; i++)
    frame_add_boolean(&out, true);
  ask();
}

static void question_of_nothing(void) {
  begin(PRIMITIVE_REGISTRY_SET);
  ask();
}

static void question_of_many(void) {
  begin(PRIMITIVE_REGISTRY_GET);
  for (int i = 0; i < 100000; i++)
    frame_add_nil(&out);
  ask();
}

static void key_of_nonsense(void) {
  begin(PRIMITIVE_REGISTRY_GET);
  frame_add_bytes(&out, "HKLM\\SOFTWARE\\Site\0\xff", 20);
  frame_add_text(&out, "V");
  frame_add_integer(&out, 0);
  ask();
}

static void large_value(void) {
  enum { LARGE = 8 << 20 };
  begin(PRIMITIVE_REGISTRY_SET);
  frame_add_text(&out, SITE);
  frame_add_text(&out, "V");
  frame_add_integer(&out, 0);
  frame_add_integer(&out, 3);
  char *bytes = calloc(1, LARGE);
  if (!bytes)
    return;
  frame_add_bytes(&out, bytes, LARGE);
  frame_add_boolean(&out, false);
  frame_add_text(&out, "made up");
  ask();
}

static void endless_questions(void) {
  for (;;)
    get(SITE);
}

static void endless_lines(void) {
  static char line[1000];
  memset(line, 'a', sizeof line - 1);
  for (;;) {
    begin(PRIMITIVE_LOG);
    frame_add_boolean(&out, false);
    frame_add_text(&out, line);
    ask();
  }
}

static void endless_changes(void) {
  char key[64];
  for (unsigned i = 0;; i++) {
    snprintf(key, sizeof key, SITE "\\K%u", i);
    set(key);
  }
}

/* Each of its questions is answered, and it reads none of that: the pipe fills up. */
static void deaf(void) {
  begin(PRIMITIVE_REGISTRY_GET);
  frame_add_text(&out, SITE);
  frame_add_text(&out, "V");
  frame_add_integer(&out, 0);
  for (;;)
    say();
}

static void question_after_result(void) {
  run_result();
  frame_add_nil(&out);
  say();
  write_elsewhere();
}

static void result_within_question(void) {
  head(50, FRAME_ASK);
  result_text(TLSMEND_E_SCRIPT, "made up");
  silent();
}

static void drop_by_drop(void) {
  head(1000, FRAME_RESULT);
  for (;;) {
    os_wall_send("n", 1);
    busy(50);
  }
}

/* A loop of questions that nobody would refuse, in which a whole second passes between two of them. */
static void slow_questions(void) {
  for (;;) {
    get(SITE);
    busy(500);
  }
}

#define NO_RESULT   "said what it may not (no result)"
#define NO_FRAME    "said what it may not (a frame that is none)"
#define TOO_LARGE   "said what it may not (a frame that is too large)"
#define NO_QUESTION "said what it may not (a question that is none)"

const wall_lie wall_lies[] = {
    {"unknown kind", unknown_kind, WALL_RUN, 1, NO_RESULT, false},
    {"kind 0", kind_of_nul, WALL_LOAD, 1, NO_RESULT, false},
    {"a greeting", greeting, WALL_RUN, 1, NO_RESULT, false},
    {"an opening", opening, WALL_LOAD, 1, NO_RESULT, false},
    {"a call", call, WALL_APPLIES, 1, NO_RESULT, false},
    {"a closing", closing, WALL_RUN, 1, NO_RESULT, false},
    {"a stop", stop, WALL_RUN, 1, NO_RESULT, false},
    {"an answer", answer, WALL_VERIFY, 1, NO_RESULT, false},
    {"empty result", empty_result, WALL_RUN, 1, NO_RESULT, false},
    {"empty question", empty_question, WALL_RUN, 1, NO_QUESTION, false},
    {"4 GB", largest, WALL_RUN, 1, TOO_LARGE, false},
    {"just over the limit", just_over, WALL_LOAD, 1, TOO_LARGE, false},
    {"promised and not sent", promised, WALL_RUN, 1, "gave no answer in its time", true},
    {"cut off", cut_off, WALL_RUN, 1, "ended", false},
    {"half a head", half_a_head, WALL_LOAD, 1, "ended", false},
    {"a text of 4 GB", claims_much, WALL_RUN, 1, NO_FRAME, false},
    {"unknown letter", unknown_letter, WALL_RUN, 1, NO_FRAME, false},
    {"text without end", text_without_end, WALL_APPLIES, 1, NO_FRAME, false},
    {"2 million values", many_values, WALL_RUN, 1, NO_FRAME, false},
    {"zeros without end", flood, WALL_RUN, 1, NO_RESULT, false},
    {"noise", noise, WALL_RUN, 1, "said what it may not", false},
    {"unknown code", code_unknown, WALL_RUN, 1, "made up", false},
    {"positive code", code_positive, WALL_RUN, 1, NO_RESULT, false},
    {"least code", code_least, WALL_RUN, 1, NO_RESULT, false},
    {"code without text", code_without_text, WALL_RUN, 1, NO_RESULT, false},
    {"code and an empty text", code_and_nothing, WALL_RUN, 1, NO_RESULT, false},
    {"code of an undo that failed", code_undo, WALL_RUN, 1, "made up", false},
    {"code of wrong usage", code_usage, WALL_LOAD, 64, "made up", false},
    {"text with NULs", text_of_nuls, WALL_RUN, 1, NO_RESULT, false},
    {"text with controls", text_of_controls, WALL_RUN, 1, "made up", false},
    {"text of 60 MB", text_of_megabytes, WALL_LOAD, 1, "made up", false},
    {"wrong types", result_of_types, WALL_RUN, 1, NO_RESULT, false},
    {"two results", two_results, WALL_RUN, -1, "", false},
    {"more values", more_values, WALL_RUN, 1, "a result that is none", false},
    {"reason of nonsense", reason_of_nonsense, WALL_APPLIES, 1, "a result that is none", false},
    {"empty header", header_empty, WALL_LOAD, 1, "a result that is none", false},
    {"header null", header_null, WALL_LOAD, 1, "declared what it may not", false},
    {"header of numbers", header_number, WALL_LOAD, 1, "declared what it may not", false},
    {"header of another", header_of_another, WALL_LOAD, 1, "declared what it may not", false},
    {"deep header", header_deep, WALL_LOAD, 1, "a result that is none", false},
    {"large header", header_large, WALL_LOAD, 1, "its result is larger than", false},
    {"read elsewhere", read_elsewhere, WALL_RUN, 3, "SAM", false},
    {"write elsewhere", write_elsewhere, WALL_RUN, 3, "Elsewhere", false},
    {"write elsewhere from applies", write_elsewhere, WALL_APPLIES, 3, "Elsewhere", false},
    {"write elsewhere from verify", write_elsewhere, WALL_VERIFY, 1, "", false},
    {"write nearby", write_nearby, WALL_RUN, 3, "SiteElse", false},
    {"dots in a key", dots, WALL_RUN, 1, "answered with E_SCRIPT", false},
    {"the other view", other_view, WALL_RUN, 1, "answered with E_SCRIPT", false},
    {"machine too early", machine_too_early, WALL_LOAD, 1, "answered with E_SCRIPT", false},
    {"write in verify", write_too_late, WALL_VERIFY, 0, "Done", false},
    {"refused, then again", refused_then_again, WALL_RUN, 3, "Elsewhere", false},
    {"refused, then dead", refused_then_dead, WALL_RUN, 3, "Elsewhere", false},
    {"refused, then a lie", refused_then_lying, WALL_APPLIES, 3, "Elsewhere", false},
    {"fact that is none", fact_that_is_none, WALL_RUN, 1, "answered with E_SCRIPT", false},
    {"module not granted", module_not_granted, WALL_RUN, 3, "inventory", false},
    {"module that is none", module_unknown, WALL_RUN, 1, "", false},
    {"module without a name", module_without_name, WALL_RUN, 1, "", false},
    {"a folder elsewhere", file_elsewhere, WALL_RUN, 3, "/etc", false},
    {"a file by dots", file_by_dots, WALL_RUN, 3, "packages", false},
    {"a share", share, WALL_RUN, 3, "host", false},
    {"a restart", restart, WALL_RUN, 3, "", false},
    {"digest of a file", digest_elsewhere, WALL_RUN, 3, "passwd", false},
    {"probe while planning", probe, WALL_RUN, 1, "answered with E_SCRIPT", false},
    {"probe in verify", probe, WALL_VERIFY, 1, "", false},
    {"question 9999", question_of_none, WALL_RUN, 1, NO_QUESTION, false},
    {"question -1", question_below_none, WALL_RUN, 1, NO_QUESTION, false},
    {"question of wrong types", question_of_types, WALL_RUN, 1, "answered with E_SCRIPT", false},
    {"question of nothing", question_of_nothing, WALL_RUN, 1, "answered with E_SCRIPT", false},
    {"question of many", question_of_many, WALL_RUN, 1, "answered with E_SCRIPT", false},
    {"key of nonsense", key_of_nonsense, WALL_RUN, 1, "answered with E_SCRIPT", false},
    {"large value", large_value, WALL_RUN, 1, "bytes in one value", false},
    {"endless questions", endless_questions, WALL_RUN, 1, "reads", false},
    {"endless lines", endless_lines, WALL_RUN, 1, "output", false},
    {"endless changes", endless_changes, WALL_RUN, 1, "changes", false},
    {"question after result", question_after_result, WALL_RUN, -1, "", false},
    {"result within question", result_within_question, WALL_RUN, 1, "gave no answer in its time", true},
    {"never answering", silent, WALL_RUN, 1, "gave no answer in its time", true},
    {"drop by drop", drop_by_drop, WALL_RUN, 1, "gave no answer in its time", true},
    {"deaf", deaf, WALL_RUN, 1, "", true},
    {"slow questions", slow_questions, WALL_RUN, 1, "", true},
    {0},
};

const wall_lie *wall_lie_named(const char *name) {
  for (const wall_lie *lie = wall_lies; lie->name; lie++)
    if (strcmp(lie->name, name) == 0)
      return lie;
  return NULL;
}
