/* libFuzzer target: any bytes are a command line, a NUL between its arguments. It is understood, or refused with one line. */
#include "fuzz/fuzz.h"

#include "cli/opt.h"

enum { ARGUMENTS_MOST = 64 };

static void judge(const opt *options, int argc) {
  size_t all = options->operand_count + options->param_count + options->key_count + options->signature_count;
  MUST(all < (size_t)argc);
  MUST(options->format <= TLSMEND_FORMAT_SARIF && options->reboot <= TLSMEND_REBOOT_AUTO);
  for (size_t i = 0; i < options->operand_count; i++)
    MUST(options->operands[i] != NULL);
  for (unsigned bit = 0; bit < 64; bit += 3) {
    tlsmend_error error = {0};
    int code = opt_check(options, ~(opt_bits)0 << bit, "fuzz", &error);
    fuzz_judge(code, &error);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char *text = fuzz_text(data, size), program[] = "tlsmend", *argv[ARGUMENTS_MOST + 2] = {program};
  int argc = 1;
  for (char *at = text; at <= text + size && argc <= ARGUMENTS_MOST; at += strlen(at) + 1)
    argv[argc++] = at;
  opt options;
  tlsmend_error error = {0};
  opt_wants_json(argc, argv);
  int code = opt_parse(&options, argc, argv, &error);
  fuzz_judge(code, &error);
  if (code == TLSMEND_OK)
    judge(&options, argc);
  opt_clear(&options);
  free(text);
  return 0;
}
