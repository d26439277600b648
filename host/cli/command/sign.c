/* `tlsmend sign`: a signature beside a runbook or package, or a bundle. */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

typedef struct arguments {
  cli_call call;
  const char *comment;
} arguments;

/* Without -o the signature is put beside the file. */
static int check_beside(const cli_call *call, tlsmend_error *error) {
  static const char suffix[] = ".minisig";
  const char *file = call->operands.items[0];
  char *output = malloc(strlen(file) + sizeof suffix);
  if (!output)
    return say_error(error, TLSMEND_E_MEMORY, "out of memory");
  int code = cli_check_output(call, strcat(strcpy(output, file), suffix), error);
  free(output);
  return code;
}

static int run(const cli_call *call) {
  tlsmend_error error;
  const opt_list *files = &call->operands;
  char *path = NULL; /* that was written */
  tlsmend_sign_terms terms = TLSMEND_SIGN_TERMS_INIT;
  terms.comment = ((const arguments *)call)->comment;
  terms.output = call->output;
  int code = call->output ? TLSMEND_OK : check_beside(call, &error);
  cli_password password = {0};
  while (cli_password_next(&password, call, &code, &error)) {
    terms.password = password.text;
    code = tlsmend_sign(files->items, files->count, call->key, &terms, &path, &error);
  }
  if (code != TLSMEND_OK)
    return say_failure(&error, call->format);
  if (call->format == TLSMEND_FORMAT_JSON)
    say_object("tlsmend-signature/1", "signed", "file", path, NULL, NULL);
  else
    printf("Signed: %s\n\nNext, to see what was signed:\n  tlsmend verify %s -k PUBLIC-KEY\n", path,
           call->output ? path : files->items[0]);
  tlsmend_text_free(path);
  return 0;
}

static const opt_spec takes[] = {
    {OPT_OPERAND, .name = "FILE", .required = true, .repeated = true, CLI_TARGET(operands),
     .help = "a runbook or package, or what goes into a bundle"},
    {OPT_INCLUDE, .rows = cli_key, .required = true, .value = "KEY"},
    {OPT_TEXT, 't', .name = "comment", .value = "TEXT", .brief = true, .target = offsetof(arguments, comment),
     .help = "stands in the signature, and is signed"},
    {OPT_INCLUDE, .rows = cli_output, .brief = true, .value = "NAME.tlsmend"},
    {OPT_INCLUDE, .rows = cli_common},
    {.kind = OPT_END},
};

static const char examples[] = "sign my-runbook.lua -s ann.key\n"
                               "sign my-runbook.lua other.lua -s ann.key -o ours.tlsmend";
const cli_command cmd_sign = {
    "sign", "sign a runbook or package, or make a signed bundle", takes, sizeof(arguments), run, examples};
