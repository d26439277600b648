/*
 * What the journal keeps of a run's texts, edited by somebody who can compute SHA-256, and by somebody who cannot: what is not what
 * was begun is not run.
 */
#include "unit/session/kept.h"

#include "session/runs/known.h"

/* A record of the journal, edited by somebody who can compute SHA-256: all digests fit again. */
static void edit_journal(void (*edit)(json_t *begin)) {
  tlsmend_session *session = open_with(FILES, NULL);
  journal *journal = NULL;
  MUST(session_find_run(session, NULL, true, &journal, &error));
  tlsmend_session_close(session);
  char *bytes = NULL, chain[65] = "";
  size_t size = 0;
  MUST(os_file_read(journal->path, (size_t)1 << 30, &bytes, &size, &error));
  FILE *file = fopen(journal->path, "wb");
  assert_non_null(file);
  for (char *line = bytes, *end; (end = strchr(line, '\n')); line = end + 1) {
    json_t *record = json_loadb(line + 65, (size_t)(end - line - 65), 0, NULL);
    if (line == bytes)
      edit(record);
    char *text = json_dumps(record, JSON_COMPACT | JSON_ENSURE_ASCII);
    journal_digest(chain, text, strlen(text), chain);
    fprintf(file, "%s %s\n", chain, text);
    free(text);
    json_decref(record);
  }
  fclose(file);
  free(bytes);
  journal_close(journal);
}

static json_t *base64(const char *text) {
  char out[4096];
  return json_string(sodium_bin2base64(out, sizeof out, (const unsigned char *)text, strlen(text),
                                       sodium_base64_VARIANT_ORIGINAL));
}

static json_t *kept_of(json_t *begin) { return json_object_get(begin, "kept"); }
static json_t *row_of(json_t *begin) {
  return json_array_get(json_object_get(kept_of(begin), "runbooks"), 0);
}
static json_t *file_of(json_t *begin) { /* the module: in a bundle the runbook stands before it */
  json_t *files = json_object_get(row_of(begin), "files");
  return json_array_get(files, json_array_size(files) - 1);
}
static json_t *library_of(json_t *begin) {
  return json_object_get(json_object_get(kept_of(begin), "library"), "files");
}

static void edit_text(json_t *begin) { json_object_set_new(row_of(begin), "text", base64(other)); }
static void edit_hostile(json_t *begin) { json_object_set_new(row_of(begin), "text", base64(hostile)); }
static void edit_garbage(json_t *begin) { json_object_set_new(row_of(begin), "text", json_string("!!")); }
static void edit_cut(json_t *begin) { json_object_set_new(row_of(begin), "text", json_string("QUJ")); }
static void edit_number(json_t *begin) { json_object_set_new(row_of(begin), "text", json_integer(1)); }
static void edit_module(json_t *begin) { json_object_set_new(file_of(begin), "text", base64(bad_part)); }
static void edit_no_text(json_t *begin) { json_object_del(file_of(begin), "text"); }
static void edit_kind(json_t *begin) { json_object_set_new(file_of(begin), "kind", json_string("?")); }
static void edit_name(json_t *begin) {
  json_object_set_new(file_of(begin), "name", json_string("../part.lua"));
}
static void edit_twice(json_t *begin) {
  json_array_append(json_object_get(row_of(begin), "files"), file_of(begin));
}
static void edit_no_files(json_t *begin) { json_object_set_new(row_of(begin), "files", json_array()); }
static void edit_row(json_t *begin) {
  json_array_set_new(json_object_get(kept_of(begin), "runbooks"), 0, json_null());
}
static void edit_rows(json_t *begin) { json_object_set_new(kept_of(begin), "runbooks", json_array()); }
static void edit_kept(json_t *begin) { json_object_set_new(begin, "kept", json_object()); }
static void edit_library(json_t *begin) {
  json_object_set_new(json_array_get(library_of(begin), 0), "text", base64(hostile));
}
static void edit_added(json_t *begin) {
  json_array_append_new(
      library_of(begin),
      json_pack("{s:s, s:s, s:i, s:s, s:o}", "kind", "module", "name", "stdlib/registry.lua", "size", 1,
                "sha256", json_string_value(json_object_get(json_array_get(library_of(begin), 0), "sha256")),
                "text", base64(hostile)));
}
static void edit_no_library(json_t *begin) { json_object_set_new(kept_of(begin), "library", json_null()); }
static void edit_old(json_t *begin) { json_object_set_new(begin, "schema", json_string(JOURNAL_SCHEMA_1)); }
static void edit_members(json_t *begin) { json_object_del(begin, "kept"); }
static void edit_plan(json_t *begin) {
  json_object_set_new(json_object_get(begin, "plan"), "created", json_string("2020-01-01T00:00:00Z"));
}
static void edit_terms(json_t *begin) { json_object_set_new(begin, "terms", json_integer(3)); }

static const struct {
  const char *name;
  how how;
  void (*edit)(json_t *begin);
  int code;
} edits[] = {{"text", FILES, edit_text, TLSMEND_E_CORRUPT},
             {"hostile text", FILES, edit_hostile, TLSMEND_E_CORRUPT},
             {"hostile bundle", BUNDLE, edit_hostile, TLSMEND_E_CORRUPT},
             {"garbage", FILES, edit_garbage, TLSMEND_E_CORRUPT},
             {"cut base64", FILES, edit_cut, TLSMEND_E_CORRUPT},
             {"number", FILES, edit_number, TLSMEND_E_CORRUPT},
             {"module", FILES, edit_module, TLSMEND_E_CORRUPT},
             {"bundled module", BUNDLE, edit_module, TLSMEND_E_CORRUPT},
             {"module without text", FILES, edit_no_text, TLSMEND_E_CORRUPT},
             {"kind", FILES, edit_kind, TLSMEND_E_CORRUPT},
             {"name", FILES, edit_name, TLSMEND_E_CORRUPT},
             {"module twice", FILES, edit_twice, TLSMEND_E_CORRUPT},
             {"no modules", FILES, edit_no_files, TLSMEND_E_CORRUPT},
             {"no row", FILES, edit_row, TLSMEND_E_CORRUPT},
             {"no rows", FILES, edit_rows, TLSMEND_E_CORRUPT},
             {"nothing kept", FILES, edit_kept, TLSMEND_E_CORRUPT},
             {"library", LIBRARY, edit_library, TLSMEND_E_CORRUPT},
             {"added to the library", LIBRARY, edit_added, TLSMEND_E_CORRUPT},
             {"no library", LIBRARY, edit_no_library, TLSMEND_E_CORRUPT},
             {"older schema", FILES, edit_old, TLSMEND_E_REFUSED},
             {"older schema, bundle", BUNDLE, edit_old, TLSMEND_E_REFUSED},
             {"older schema, library", LIBRARY, edit_old, TLSMEND_E_REFUSED},
             {"no member", FILES, edit_members, TLSMEND_E_CORRUPT},
             {"terms", FILES, edit_terms, TLSMEND_E_CORRUPT},
             {"plan", FILES, edit_plan, TLSMEND_E_CORRUPT}};

/* What is not what was begun is not run. The run stays open, status says why, and it can be given up. */
static void test_edited(void **unused) {
  (void)unused;
  for (size_t i = 0; i < sizeof edits / sizeof *edits; i++) {
    fresh();
    begin_run(edits[i].how, NULL);
    edit_journal(edits[i].edit);
    ending end = resume_all(FILES);
    if (end.code != edits[i].code || strstr(end.text, "hostile") || strstr(end.text, "Plan again") ||
        value_now() != 1)
      fail_msg("%s: %s (%d, %d), the value is %d", edits[i].name, end.text, end.code, (int)end.result,
               value_now());
    char *text = status_text();
    if (!strstr(text, "cannot go on") && !strstr(text, "incomplete") &&
        !strstr(text, "not one that tlsmend wrote"))
      fail_msg("%s: status does not say why: %s", edits[i].name, text);
    free(text);
  }
}

/* Without the digests made anew it is plain damage, every byte of it. */
static void test_every_byte(void **unused) {
  (void)unused;
  fresh();
  begin_run(FILES, NULL);
  tlsmend_session *session = open_with(FILES, NULL);
  journal *journal = NULL;
  MUST(session_find_run(session, NULL, true, &journal, &error));
  char *bytes = NULL, *path = strdup(journal->path);
  size_t size = 0;
  MUST(os_file_read(path, (size_t)1 << 30, &bytes, &size, &error));
  journal_close(journal);
  char *kept = strstr(bytes, "\"kept\""), *end = strstr(bytes, "\"terms\"");
  assert_true(kept && end && end > kept);
  for (char *at = kept; at < end; at += 7) {
    *at ^= 1;
    MUST(os_file_replace(path, bytes, size, &error));
    *at ^= 1;
    journal = NULL;
    int code = journal_read(path, &journal, NULL);
    if (code != TLSMEND_E_CORRUPT)
      fail_msg("byte %zu of what is kept: %d", (size_t)(at - kept), code);
    attempts++;
  }
  free(bytes), free(path);
  tlsmend_session_close(session);
}

/* An older journal with what is part of tlsmend alone goes on. */
static void test_old_builtin(void **unused) {
  (void)unused;
  fresh();
  tlsmend_session *session = open_with(FILES, NULL);
  const char *runbooks[] = {"schannel-tls12"};
  tlsmend_plan *plan = NULL;
  MUST(tlsmend_plan_make(session, runbooks, 1, NULL, 0, &plan, &error));
  journal *journal = NULL;
  char boot[64];
  MUST(machine_boot_id(session->machine, boot, &error));
  journal_start start = {.state = session->state, .plan = plan, .boot = boot, .machine = session->spec};
  MUST(journal_create(&start, &journal, &error));
  journal_close(journal);
  edit_journal(edit_old);
  ending end = resume_on(session);
  assert_int_equal(end.code, TLSMEND_OK);
  assert_int_equal(end.result, TLSMEND_RESULT_DONE);
  tlsmend_plan_free(plan);
  tlsmend_session_close(session);
}

int main(void) {
  const struct CMUnitTest tests[] = {ENGINE_TEST(test_edited), ENGINE_TEST(test_every_byte),
                                     ENGINE_TEST(test_old_builtin)};
  return cmocka_run_group_tests(tests, NULL, told);
}
