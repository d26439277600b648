/*
 * libFuzzer target: any bytes are a journal that stands in a state folder. It is read, listed and verified; none of that changes it.
 * First byte even: the bytes as they are; odd: each line is a record, and gets the digest that chains it to the one before it.
 */
#include "fuzz/fuzz.h"

#include <stdio.h>

#include "commit/journal.h"
#include "os/os.h"

static tlsmend_format format_of(size_t size) { return size % 2 ? TLSMEND_FORMAT_JSON : TLSMEND_FORMAT_TEXT; }

static void list(tlsmend_session *session, tlsmend_format format) {
  tlsmend_error error = {0};
  char *text = NULL;
  size_t number = 0;
  int code = tlsmend_status(session, format, &text, &number, &error);
  fuzz_judge(code, &error);
  MUST((code == TLSMEND_OK) == (text != NULL));
  tlsmend_text_free(text);
  text = NULL;
  code = tlsmend_status_verify(session, format, &text, &number, &error);
  fuzz_judge(code, &error);
  tlsmend_text_free(text);
}

static void read_back(const char *path) {
  journal *journal = NULL;
  tlsmend_error error = {0};
  int code = journal_read(path, &journal, &error);
  fuzz_judge(code, &error);
  MUST((code == TLSMEND_OK) == (journal != NULL));
  if (journal) {
    MUST(journal->plan && journal->run && journal->begun && strlen(journal->boot) < sizeof journal->boot);
    for (size_t i = 0; i < journal->plan->change_count; i++)
      MUST(journal->steps[i].state <= STEP_LEFT);
  }
  journal_close(journal);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char spec[160];
  tlsmend_error error = {0};
  tlsmend_session *session = NULL;
  tlsmend_options options = TLSMEND_OPTIONS_INIT;
  if (size == 0)
    return 0;
  snprintf(spec, sizeof spec, "sim:%s", fuzz_file("pc.reg", fuzz_windows, strlen(fuzz_windows)));
  size_t made_size = size - 1;
  char *made = data[0] % 2 ? fuzz_chain(data + 1, size - 1, spec, &made_size) : fuzz_text(data + 1, size - 1);
  options.machine = spec;
  options.state = fuzz_path("state");
  options.in_process = 1;
  MUST(os_dir_make(options.state, &error) == TLSMEND_OK);
  const char *path = fuzz_file("state/20261122-000000-0001.journal", made, made_size);
  read_back(path);
  MUST(tlsmend_session_open(&options, &session, &error) == TLSMEND_OK);
  list(session, format_of(size));
  tlsmend_session_close(session);
  MUST(fuzz_holds(path, made, made_size));
  free(made);
  return 0;
}
