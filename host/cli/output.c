/* What a command writes: never over what it reads (files are compared, not spellings), and its result at the end. */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "os/os.h"

/* `what` is how the person wrote it, the file is its part from `from` on. */
static int check_input(const char *output, const char *what, const char *from, tlsmend_error *error) {
  if (!from || !os_file_same(output, from))
    return TLSMEND_OK;
  return say_error(
      error, TLSMEND_E_USAGE,
      "to write %s would destroy %s, which is read for it; nothing was written: name another file", output,
      what);
}

int cli_check_read(const cli_call *call, const char *file, tlsmend_error *error) {
  return call->output ? check_input(call->output, file, file, error) : TLSMEND_OK;
}

/* The file behind "sim:" and "name=". */
static const char *behind(const char *text, char mark) {
  const char *at = text ? strchr(text, mark) : NULL;
  return at ? at + 1 : text;
}

/* A runbook in a bundle is BUNDLE|ID. */
static int check_operand(const char *output, const char *operand, tlsmend_error *error) {
  size_t length = strcspn(operand, "|");
  char *file = malloc(length + 1);
  if (!file)
    return say_error(error, TLSMEND_E_MEMORY, "out of memory");
  memcpy(file, operand, length);
  file[length] = '\0';
  int code = check_input(output, operand, file, error);
  free(file);
  return code;
}

/* By its name: what it is may be a secret. */
static int check_param(const char *output, const char *param, tlsmend_error *error) {
  char what[80];
  snprintf(what, sizeof what, "the file of -p %.*s", (int)strcspn(param, "="), param);
  return check_input(output, what, behind(param, '='), error);
}

static int check_inputs(const cli_call *call, const char *output, tlsmend_error *error) {
  int code = check_input(output, call->machine, behind(call->machine, ':'), error);
  if (code == TLSMEND_OK)
    code = check_input(output, call->key, call->key, error);
  for (size_t i = 0; code == TLSMEND_OK && i < call->operands.count; i++)
    code = check_operand(output, call->operands.items[i], error);
  for (size_t i = 0; code == TLSMEND_OK && i < call->params.count; i++)
    code = check_param(output, call->params.items[i], error);
  return code;
}

int cli_check_output(const cli_call *call, const char *output, tlsmend_error *error) {
  if (!output)
    return TLSMEND_OK;
  if (strcmp(output, "-") == 0)
    return say_error(
        error, TLSMEND_E_USAGE,
        "- is no file to write; a file of that name is ./-, and what goes to stdout needs no -o");
  return check_inputs(call, output, error);
}

int cli_end(const cli_call *call, int code, char *text, int exit_code, const tlsmend_error *error) {
  if (code == TLSMEND_OK)
    return say_result(text, exit_code);
  tlsmend_text_free(text);
  return say_failure(error, call->format);
}

int cli_write(const cli_call *call, char *text, int exit_code) {
  tlsmend_error error;
  int code = os_file_replace(call->output, text, strlen(text), &error);
  tlsmend_text_free(text);
  return code == TLSMEND_OK ? exit_code : say_failure(&error, call->format);
}
