/*
 * libFuzzer target: a machine with any journal beside it is resumed, confirmed or rolled back. It ends with an answer, and what is
 * refused because a journal is damaged has changed neither the machine nor the journal. First byte: what is done; the rest are the
 * records, chained.
 */
#include "fuzz/fuzz.h"

#include <stdio.h>

#include "os/os.h"
#include "script/script.h"

static const char *machine; /* a Windows 7 that has its update */

int LLVMFuzzerInitialize(int *argc, char ***argv);

int LLVMFuzzerInitialize(int *argc, char ***argv) {
  (void)argc;
  (void)argv;
  char *text = NULL;
  tlsmend_error error;
  MUST(script_builtin_machine(NULL, "win7-sp1-x64+KB3140245", &text, &error) == TLSMEND_OK);
  machine = text;
  return 0;
}

static int act(tlsmend_session *session, unsigned what, tlsmend_report **report, tlsmend_error *error) {
  switch (what % 4) {
  case 0:
    return tlsmend_rollback(session, NULL, 0, report, error);
  case 1:
    return tlsmend_resume(session, 0, report, error);
  case 2:
    return tlsmend_confirm(session, report, error);
  default:
    return tlsmend_rollback(session, NULL, TLSMEND_ROLLBACK_SKIP_CHANGED, report, error);
  }
}

static void judge_report(const tlsmend_report *report) {
  for (tlsmend_format format = TLSMEND_FORMAT_TEXT; format <= TLSMEND_FORMAT_JSON; format++) {
    tlsmend_error error = {0};
    char *text = NULL;
    int code = tlsmend_report_render(report, format, &text, &error);
    fuzz_judge(code, &error);
    tlsmend_text_free(text);
  }
  int exit_code = tlsmend_report_exit(report);
  MUST(exit_code == 0 || exit_code == 1 || exit_code == 4 || exit_code == 3010);
}

static void preview(tlsmend_session *session) {
  tlsmend_error error = {0};
  char *text = NULL;
  size_t steps = 0;
  int code = tlsmend_rollback_preview(session, NULL, 0, TLSMEND_FORMAT_TEXT, &text, &steps, &error);
  fuzz_judge(code, &error);
  tlsmend_text_free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0)
    return 0;
  tlsmend_error error = {0};
  tlsmend_session *session = NULL;
  tlsmend_report *report = NULL;
  tlsmend_options options = TLSMEND_OPTIONS_INIT;
  char spec[160];
  const char *file = fuzz_file("pc.reg", machine, strlen(machine));
  snprintf(spec, sizeof spec, "sim:%s", file);
  options.machine = spec;
  options.state = fuzz_path("state");
  options.in_process = 1;
  options.instruction_limit = 2000000;
  MUST(os_dir_make(options.state, &error) == TLSMEND_OK);
  size_t made_size = 0;
  char *made = fuzz_chain(data + 1, size - 1, spec, &made_size);
  const char *path = fuzz_file("state/20261122-000000-0001.journal", made, made_size);
  MUST(tlsmend_session_open(&options, &session, &error) == TLSMEND_OK);
  preview(session);
  MUST(fuzz_holds(file, machine, strlen(machine)) && fuzz_holds(path, made, made_size));
  int code = act(session, data[0], &report, &error);
  fuzz_judge(code, &error);
  MUST((code == TLSMEND_OK) == (report != NULL));
  if (report)
    judge_report(report);
  if (code == TLSMEND_E_CORRUPT)
    MUST(fuzz_holds(file, machine, strlen(machine)) && fuzz_holds(path, made, made_size));
  tlsmend_report_free(report);
  tlsmend_session_close(session);
  free(made);
  return 0;
}
