/* libFuzzer target: any bytes are a command line, a NUL between its arguments. It is understood, or refused with one line. */
#include "fuzz/fuzz.h"

#include "cli/cli.h"

enum { ARGUMENTS_MOST = 64 };

static void judge(const cli_call *call, int argc) {
  MUST(call->operands.count + call->params.count < (size_t)argc);
  MUST(call->format <= TLSMEND_FORMAT_SARIF && call->language);
  for (size_t i = 0; i < call->operands.count; i++)
    MUST(call->operands.items[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char *text = fuzz_text(data, size), program[] = "tlsmend", *argv[ARGUMENTS_MOST + 2] = {program};
  int argc = 1;
  for (char *at = text; at <= text + size && argc <= ARGUMENTS_MOST; at += strlen(at) + 1)
    argv[argc++] = at;
  cli_call *call = NULL;
  tlsmend_error error = {0};
  cli_error_format(argc, argv);
  int code = cli_parse(argc, argv, &call, &error);
  fuzz_judge(code, &error);
  if (code == TLSMEND_OK)
    judge(call, argc);
  cli_call_free(call);
  free(text);
  return 0;
}
